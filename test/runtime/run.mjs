// `npm run test:runtime` and `npm run bench:edge`: installs what they need, which `npm ci` of the project does not, and
// runs one of them.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = new URL("./", import.meta.url);
const root = new URL("../../", here);
const [task, ...args] = process.argv.slice(2);

if (process.platform !== "linux" || process.arch !== "x64") {
  fail(
    `Lambda@Edge is Linux on x86_64, and so are its client and its Nodes; this is ${process.platform} ${process.arch}`,
  );
}
process.chdir(fileURLToPath(root));
install();
const tasks = { test, bench };
if (!Object.hasOwn(tasks, task)) fail("usage: node test/runtime/run.mjs test|bench");
await tasks[task]();

/** Once for each lockfile: the client's native part takes a minute or two to compile. */
function install() {
  const lock = createHash("sha256")
    .update(readFileSync(new URL("package-lock.json", here)))
    .digest("hex");
  const stamp = new URL("node_modules/.installed", here);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  const missing = ["cmake", "make", "g++", "autoreconf", "python3", "xz"].filter((tool) => !has(tool));
  if (missing.length > 0) {
    fail(
      `aws-lambda-ric is compiled, and ${missing.join(", ")} cannot be run. On Debian:\n` +
        "  apt-get install cmake make g++ autoconf automake libtool python3 xz-utils",
    );
  }
  console.error("installing aws-lambda-ric and the Nodes of Lambda@Edge: a minute or two, once");
  const npm = (args, env = {}) =>
    execFileSync("npm", args, {
      cwd: fileURLToPath(here),
      stdio: "inherit",
      env: { ...process.env, ...env },
    });
  npm(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
  // Left alone, node-gyp fetches Node's headers from nodejs.org, where not every CI may go; its package has them.
  npm(["rebuild", "aws-lambda-ric"], {
    npm_config_nodedir: fileURLToPath(new URL("node_modules/node22", here)),
  });
  writeFileSync(stamp, lock);
}

function has(tool) {
  try {
    execFileSync(tool, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function test() {
  const vitest = fileURLToPath(new URL("node_modules/vitest/vitest.mjs", root));
  run([vitest, "run", "--config", "test/runtime/vitest.config.ts", ...args]);
}

async function bench() {
  // Within test/runtime, so that its imports of packages resolve.
  const outfile = fileURLToPath(new URL("node_modules/.cache/bench.mjs", here));
  await build({
    entryPoints: ["test/runtime/bench/main.ts"],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20.19",
    format: "esm",
    packages: "external",
    logLevel: "warning",
  });
  const { main } = await import(outfile);
  await main(args, root);
}

function run(command) {
  try {
    execFileSync(process.execPath, command, { stdio: "inherit" });
  } catch (error) {
    process.exit(error.status ?? 1);
  }
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
