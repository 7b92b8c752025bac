// The examples: how each is typed, built and served by its framework's own tools.
import { join } from "node:path";

/**
 * @typedef {object} Example
 * @property {string} name its folder's
 * @property {readonly string[]} types where `imgseal types` writes the presets
 * @property {boolean} isBuilt
 * @property {true} [needsNewerNode]
 * @property {(port: number) => readonly string[]} serve arguments of Node
 */

const bin = (name) => join("node_modules/.bin", name);
const preview = (tool) => (port) => [bin(tool), "preview", "--host", "127.0.0.1", "--port", String(port)];

/** @type {readonly Example[]} */
export const examples = [
  {
    name: "html",
    types: ["--json", "presets.json"],
    isBuilt: false,
    serve: () => ["server.mjs"],
  },
  { name: "react", types: ["--out", "src/presets.ts"], isBuilt: true, serve: preview("vite") },
  { name: "vue", types: ["--out", "src/presets.ts"], isBuilt: true, serve: preview("vite") },
  {
    name: "next",
    types: ["--out", "presets.ts"],
    isBuilt: true,
    serve: (port) => [bin("next"), "start", "--hostname", "127.0.0.1", "--port", String(port)],
  },
  {
    name: "nuxt",
    types: ["--out", "shared/presets.ts"],
    isBuilt: true,
    needsNewerNode: true,
    serve: () => [".output/server/index.mjs"],
  },
  {
    name: "astro",
    types: ["--out", "src/presets.ts"],
    isBuilt: true,
    needsNewerNode: true,
    serve: preview("astro"),
  },
];
