// Writes the SDK's type declarations to sdk/dist/types/: those that its entries reach, and no other of imgseal's.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const emitted = join(root, "node_modules/.cache/imgseal/declarations");
const published = join(root, "sdk/dist/types");

for (const folder of [emitted, published]) rmSync(folder, { recursive: true, force: true });
execFileSync(
  process.execPath,
  [join(root, "node_modules/typescript/bin/tsc"), "-p", "sdk", "--outDir", emitted],
  {
    cwd: root,
    stdio: "inherit",
  },
);

const { exports: entries } = JSON.parse(readFileSync(join(root, "sdk/package.json"), "utf8"));
const waiting = targetsOf(entries)
  .filter((file) => file.endsWith(".d.ts"))
  .map((file) => join(emitted, relative("dist/types", file)));
const written = new Set();
for (const file of waiting) {
  if (written.has(file)) continue;
  written.add(file);
  // tsc leaves `./x.ts` as it is in declarations, and there is no such file in the package.
  const text = readFileSync(file, "utf8").replace(
    /(\bfrom |\bimport\()"(\.[^"]+)\.(tsx?)"/g,
    (_, before, path) => {
      waiting.push(join(dirname(file), `${path}.d.ts`));
      return `${before}"${path}.js"`;
    },
  );
  const target = join(published, relative(emitted, file));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
}

/** The files of an exports map, under whatever conditions. */
function targetsOf(target) {
  return typeof target === "string" ? [target] : Object.values(target).flatMap(targetsOf);
}
