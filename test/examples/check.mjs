// `npm run test:examples`: builds each example with its framework's own tools, as a user would from the packed SDK, serves
// it, and looks at it in Chromium before a real `imgseal serve`: every picture arrives, nothing jumps, the console says
// nothing, and each looks as plain HTML does. Then the same of the pages that the README has its reader type. Each example
// has a lockfile of its own and is built in node_modules/.cache, so that `npm ci` of the project does not carry the
// frameworks. `npm run test:examples -- next` is for plain HTML and that one alone.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { examples } from "./examples.mjs";
import { filesIn, serveImages } from "./images.mjs";
import { look, openBrowser } from "./look.mjs";
import { pages, stepsOf } from "./quick-start.mjs";
import { stop } from "./server.mjs";
import { createWorkshop } from "./workshop.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const report = join(root, "coverage/examples-report.json");
const wanted = process.argv.slice(2);
const chosen = examples.filter(({ name }) => name === "html" || wanted.length === 0 || wanted.includes(name));
const unknown = wanted.filter((name) => !chosen.some((example) => example.name === name));
if (unknown.length > 0) throw new Error(`there is no example ${unknown.join(", ")}`);
const folder = mkdtempSync(join(tmpdir(), "imgseal-examples-"));
const files = filesIn(root, folder);
const environment = { ...files };
const abort = new AbortController();
const passed = [];
/** What plain HTML looks like, of the examples and of the README. */
const reference = {};
const browser = await openBrowser();
let images;

rmSync(report, { force: true });
try {
  const workshop = await createWorkshop(root, environment, abort.signal);
  images = await serveImages(root, folder, files);
  environment.IMGSEAL_URL = images.origin;
  environment.NUXT_PUBLIC_IMGSEAL_URL = images.origin;
  const installed = installInTurn(workshop);
  for (const example of chosen) {
    await step(`examples/${example.name}`, async () => {
      await installed.get(example.name);
      if (example.isBuilt) requireSilence(await workshop.build(example));
      const { pixels } = await lookAtServed(workshop, example, 3);
      reference.pixels ??= pixels;
      requireThat(pixels.equals(reference.pixels), "it does not look as plain HTML does");
    });
    for (const page of pages.filter(({ example: name }) => name === example.name)) {
      await step(`README, ${page.heading}`, async () => {
        await typeReadme(workshop, page, example);
        if (example.isBuilt) requireSilence(await workshop.build(example));
        const { tags } = example.isBuilt
          ? await lookAtServed(workshop, example, 2)
          : await lookAt(pathToFileURL(join(workshop.folderOf(example.name), "index.html")).href, 2);
        reference.tags ??= tags;
        requireThat(tags === reference.tags, `expected ${reference.tags}, received ${tags}`);
      });
    }
  }
  mkdirSync(join(root, "coverage"), { recursive: true });
  writeFileSync(report, JSON.stringify({ passed }));
} finally {
  abort.abort();
  if (images !== undefined) await stop(images.child);
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}

/** While one is built, the next is installed. */
function installInTurn(workshop) {
  let last = Promise.resolve();
  const installed = new Map();
  for (const example of chosen) {
    last = last.then(() => workshop.install(example));
    // Whoever waits for it is told, but nobody may be waiting yet.
    last.catch(() => {});
    installed.set(example.name, last);
  }
  return installed;
}

async function step(name, work) {
  const start = performance.now();
  try {
    await work();
  } catch (error) {
    throw new Error(`${name}: ${error.message}`);
  }
  passed.push(name);
  console.log(`ok  ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
}

/** The port 8787 may be taken on this machine; all else is as a reader types it. */
async function typeReadme(workshop, page, example) {
  const steps = stepsOf(root, page).map((step) =>
    "file" in step ? { ...step, text: step.text.replaceAll("http://127.0.0.1:8787", images.origin) } : step,
  );
  await workshop.type(page, example, steps);
}

async function lookAtServed(workshop, example, count) {
  const server = await workshop.serve(example);
  try {
    return await lookAt(server.origin, count);
  } finally {
    await server.stop();
  }
}

async function lookAt(url, count) {
  const seen = await look(browser, url, count);
  requireThat(seen.shown === count, `expected ${count} pictures, received ${seen.shown}`);
  requireThat(seen.complaints.length === 0, `the console says: ${seen.complaints.join("\n")}`);
  requireThat(seen.shift === 0, `expected no layout shift, received ${seen.shift}`);
  return seen;
}

/** npm may warn of its own settings on this machine. */
function requireSilence(printed) {
  const warnings = printed
    .split("\n")
    .filter((line) => /\bwarn|⚠/i.test(line) && !line.startsWith("npm warn"));
  requireThat(warnings.length === 0, `its build says: ${warnings.join("\n")}`);
}

function requireThat(holds, problem) {
  if (!holds) throw new Error(problem);
}
