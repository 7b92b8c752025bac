// `npm run test:package`: packs the SDK, installs the tarball in an empty project as a user would, and looks at it there:
// publint, Are the types wrong, TypeScript in both resolutions, every Node that is promised, and what a browser gets.
// Its tools have a lockfile of their own and lie in node_modules/.cache, so that `npm ci` does not carry them.
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../../", import.meta.url));
const here = join(root, "test/package");
const tools = join(root, "node_modules/.cache/imgseal/package");
const project = mkdtempSync(join(tmpdir(), "imgseal-package-"));

try {
  step("tools", installTools);
  const tarball = step("pack", pack);
  step("publint", () =>
    run("node", [join(tools, "node_modules/publint/src/cli.js"), "run", tarball, "--strict"]),
  );
  step("types", () =>
    // The package is ESM alone; `require` of it is Node's own business, and not CommonJS types.
    run("node", [
      join(tools, "node_modules/@arethetypeswrong/cli/dist/index.js"),
      tarball,
      "--profile",
      "esm-only",
    ]),
  );
  step("install", () => installSdk(tarball));
  for (const resolution of ["nodenext", "bundler"])
    step(`TypeScript, ${resolution}`, () => compile(resolution));
  for (const version of ["20", "22", "24"]) step(`Node ${version}`, () => runOn(version));
  for (const entry of neutralEntries()) {
    await forBrowsers(entry);
    console.log(`ok  ${entry} in a browser`);
  }
} finally {
  rmSync(project, { recursive: true, force: true });
}

function step(name, work) {
  const result = work();
  console.log(`ok  ${name}`);
  return result;
}

function run(command, args, cwd = project) {
  const program = command === "node" ? process.execPath : command;
  try {
    return execFileSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    console.error(`${error.stdout ?? ""}${error.stderr ?? ""}`);
    throw error;
  }
}

function installTools() {
  const lock = join(tools, "package-lock.json");
  const isCurrent =
    existsSync(join(tools, "node_modules/publint")) &&
    existsSync(lock) &&
    readFileSync(lock, "utf8") === readFileSync(join(here, "package-lock.json"), "utf8");
  if (isCurrent) return;
  mkdirSync(tools, { recursive: true });
  copyFileSync(join(here, "package.json"), join(tools, "package.json"));
  copyFileSync(join(here, "package-lock.json"), lock);
  run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], tools);
}

function pack() {
  run("npm", ["run", "prepare"], root);
  run("npm", ["pack", "--pack-destination", project], join(root, "sdk"));
  const [name] = readdirSync(project).filter((file) => file.endsWith(".tgz"));
  if (name === undefined) throw new Error("npm pack made no tarball");
  return join(project, name);
}

function installSdk(tarball) {
  writeFileSync(join(project, "package.json"), '{ "name": "empty", "private": true, "type": "module" }\n');
  run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", tarball]);
  const { dependencies } = JSON.parse(
    readFileSync(join(project, "node_modules/@imgseal/sdk/package.json"), "utf8"),
  );
  const installed = readdirSync(join(project, "node_modules")).filter((name) => !name.startsWith("."));
  if (Object.keys(dependencies).join() !== "jose" || installed.sort().join() !== "@imgseal,jose") {
    throw new Error(`expected jose as the only dependency, received ${installed.join(", ")}`);
  }
  for (const name of ["README.md", "LICENSE"]) {
    if (!existsSync(join(project, "node_modules/@imgseal/sdk", name)))
      throw new Error(`the package has no ${name}`);
  }
  for (const name of ["use.ts", "use-in-page.ts", "run.mjs"])
    copyFileSync(join(here, name), join(project, name));
}

function compile(resolution) {
  for (const [file, lib] of [
    ["use.ts", ["es2022"]],
    ["use-in-page.ts", ["es2022", "dom"]],
  ]) {
    compileFile(file, lib, resolution);
  }
}

function compileFile(file, lib, resolution) {
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    // Our own declarations are looked at too.
    skipLibCheck: false,
    noEmit: true,
    target: "es2022",
    lib,
    types: [],
    module: resolution === "bundler" ? "esnext" : "nodenext",
    moduleResolution: resolution,
  };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: [file] }));
  run("node", [join(root, "node_modules/typescript/bin/tsc"), "-p", "."]);
}

function runOn(version) {
  const node = join(tools, `node_modules/node-${version}/bin/node`);
  if (!existsSync(node)) {
    // npm leaves these out where they do not run: they are builds for Linux on x64.
    if (process.env.CI) throw new Error(`CI needs Node ${version} at ${node}`);
    console.warn(`LEFT OUT: there is no Node ${version} for this machine`);
    return;
  }
  const out = execFileSync(node, ["run.mjs", join(root, "test/vectors/signed-urls.json")], {
    cwd: project,
    encoding: "utf8",
  });
  if (!out.startsWith(`v${version}.`)) throw new Error(`expected Node ${version}, received ${out}`);
}

/** All but what says in its name that it is for Node. */
function neutralEntries() {
  const { exports: entries } = JSON.parse(readFileSync(join(root, "sdk/package.json"), "utf8"));
  const names = Object.keys(entries).filter((name) => name !== "./sync" && name !== "./package.json");
  return names.map((name) => `@imgseal/sdk${name.slice(1)}`);
}

async function forBrowsers(entry) {
  const { peerDependencies = {} } = JSON.parse(readFileSync(join(root, "sdk/package.json"), "utf8"));
  const { outputFiles } = await build({
    stdin: { contents: `export * from ${JSON.stringify(entry)};`, resolveDir: project },
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    // A framework is its user's own.
    external: Object.keys(peerDependencies),
    logLevel: "silent",
  });
  const text = outputFiles[0]?.text ?? "";
  if (!/export \{/.test(text) || /["']node:|\bBuffer\./.test(text)) {
    throw new Error(`${entry} imports something of Node's`);
  }
}
