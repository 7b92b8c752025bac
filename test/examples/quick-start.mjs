// The pages of the README's quick start, typed as they stand into an empty project: what is not typed is what `npm create
// vite` and `create-next-app` lay out there, and what is installed is what the example of that name has.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * @typedef {object} Page
 * @property {string} heading the README's
 * @property {string} example whose packages and server it has
 * @property {readonly string[]} kept of the example's files
 * @property {Readonly<Record<string, string>>} laid what is there before anything is typed
 */

/** @type {readonly Page[]} */
export const pages = [
  { heading: "Plain HTML", example: "html", kept: [], laid: {} },
  {
    heading: "React",
    example: "react",
    kept: ["index.html", "tsconfig.json"],
    laid: {
      "vite.config.ts": `import react from "@vitejs/plugin-react";
export default { plugins: [react()] };
`,
      "src/main.tsx": `import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import App from "./App";

createRoot(document.getElementById("root")!).render(<StrictMode><App /></StrictMode>);
`,
    },
  },
  {
    heading: "Next",
    example: "next",
    kept: ["app/layout.tsx", "app/page.css", "tsconfig.json"],
    laid: {
      "next.config.ts": `export default {
  cacheComponents: true,
  partialPrefetching: true,
  turbopack: { root: import.meta.dirname },
};
`,
    },
  },
];

/**
 * What a reader does under a heading, in its order: files to save, and commands. Those that make and install the project
 * are left out.
 *
 * @returns {({ file: string, text: string } | { commands: string })[]}
 */
export function stepsOf(root, { heading }) {
  const [, section = ""] = readFileSync(join(root, "README.md"), "utf8").split(`\n### ${heading}\n`);
  const own = section.split(/\n##/)[0];
  const blocks = [...own.matchAll(/(?:`([\w./-]+)`:\n\n)?^```(\w+)\n(.*?)^```$/gms)];
  if (!blocks.some(([, file]) => file !== undefined))
    throw new Error(`expected a file to save below "${heading}" in README.md`);
  return blocks.flatMap(([, file, language, text]) => {
    if (file !== undefined) return [{ file, text }];
    if (language !== "sh") return [];
    return [{ commands: text.match(/^(?:imgseal|echo|node) .*\n/gm)?.join("") ?? "" }];
  });
}
