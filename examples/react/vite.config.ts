import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { grants } from "./grant.ts";

export default defineConfig({
  plugins: [react(), grants()],
  define: {
    // Where the pictures are, as a page may know.
    "import.meta.env.IMGSEAL_URL": JSON.stringify(process.env.IMGSEAL_URL ?? "http://127.0.0.1:8787"),
  },
});
