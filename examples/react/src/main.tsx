import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Page } from "./page";

const root = document.querySelector("#root");
if (root === null) throw new Error("expected an element for the page");
createRoot(root).render(
  <StrictMode>
    <Page />
  </StrictMode>,
);
