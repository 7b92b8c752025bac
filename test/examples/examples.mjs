// The examples: how each is built and served by its framework's own tools.
import { join } from "node:path";

/** @typedef {{ name: string, types: readonly string[], needsNewerNode?: true, serve: (port: number) => readonly string[] }} Example */

const bin = (name) => join("node_modules/.bin", name);

/** @type {readonly Example[]} */
export const examples = [
  { name: "html", types: ["--json", "presets.json"], serve: () => ["server.mjs"] },
  {
    name: "react",
    types: ["--out", "src/presets.ts"],
    serve: (port) => [bin("vite"), "preview", "--host", "127.0.0.1", "--port", String(port), "--strictPort"],
  },
  {
    name: "vue",
    types: ["--out", "src/presets.ts"],
    serve: (port) => [bin("vite"), "preview", "--host", "127.0.0.1", "--port", String(port), "--strictPort"],
  },
  {
    name: "next",
    types: ["--out", "presets.ts"],
    serve: (port) => [bin("next"), "start", "--hostname", "127.0.0.1", "--port", String(port)],
  },
  {
    name: "nuxt",
    types: ["--out", "shared/presets.ts"],
    needsNewerNode: true,
    serve: () => [".output/server/index.mjs"],
  },
  {
    name: "astro",
    types: ["--out", "src/presets.ts"],
    needsNewerNode: true,
    serve: (port) => [bin("astro"), "preview", "--host", "127.0.0.1", "--port", String(port)],
  },
];
