// `npm run test:examples`: builds each example with its framework's own tools, as a user would from the packed SDK, serves
// it, and looks at it in Chromium before a real `imgseal serve`: every picture arrives, nothing jumps, the console says
// nothing, and each looks as plain HTML does. Each has a lockfile of its own and is built in node_modules/.cache, so that
// `npm ci` of the project does not carry the frameworks.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { examples } from "./examples.mjs";
import { look, openBrowser } from "./look.mjs";
import { createWorkshop } from "./workshop.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const wanted = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "imgseal-examples-"));
const children = [];
const browser = await openBrowser();

try {
  const workshop = createWorkshop(root);
  const images = await serveImages(workshop);
  const environment = { IMGSEAL_URL: images, NUXT_PUBLIC_IMGSEAL_URL: images, IMGSEAL_KEYS: keyFile() };
  let reference;
  for (const example of examples) {
    if (wanted.length > 0 && example.name !== "html" && !wanted.includes(example.name)) continue;
    const seconds = stopwatch();
    workshop.install(example);
    workshop.build(example, environment);
    const { child, origin } = await workshop.serve(example, environment);
    children.push(child);
    const { pixels, shift, complaints, shown } = await look(browser, origin);
    reference ??= pixels;
    requireThat(example, shown === 3, `expected 3 pictures, received ${shown}`);
    requireThat(example, complaints.length === 0, `the console says: ${complaints.join("\n")}`);
    requireThat(example, shift === 0, `expected no layout shift, received ${shift}`);
    requireThat(example, pixels.equals(reference), "it does not look as plain HTML does");
    child.kill();
    console.log(`ok  ${example.name}: 3 pictures, layout shift 0, as plain HTML (${seconds()} s)`);
  }
} finally {
  for (const child of children) child.kill();
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}

function keyFile() {
  return join(folder, "imgseal.keys.json");
}

/** The project's own presets and samples, as `npm start` serves them. */
async function serveImages({ run }) {
  run("node", ["dist/scripts/samples.js"], { cwd: root });
  const derivatives = join(folder, "derivatives");
  mkdirSync(derivatives);
  const sources = join(root, ".imgseal/samples");
  const keys = keyFile();
  run("node", ["dist/cli/main.js", "keygen", keys], { cwd: root });
  const child = spawn(
    process.execPath,
    [
      join(root, "dist/cli/main.js"),
      ...["serve", "--port", "0", "--quiet", "--json", "--presets", join(root, "presets.yaml")],
      ...["--keys", keys, "--sources", sources, "--derivatives", derivatives],
    ],
    { cwd: folder, stdio: ["ignore", "pipe", "inherit"] },
  );
  children.push(child);
  for await (const line of createInterface({ input: child.stdout }))
    return new URL(JSON.parse(line).gallery).origin;
  throw new Error("imgseal serve ended");
}

function requireThat({ name }, holds, problem) {
  if (!holds) throw new Error(`examples/${name}: ${problem}`);
}

function stopwatch() {
  const start = performance.now();
  return () => Math.round((performance.now() - start) / 1000);
}
