// Where the examples are installed, built and served: below node_modules/.cache, and left there for the next run.
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { serve } from "./server.mjs";

// Built as on a desk: with CI set, Next warns that there is no cache of an earlier build.
const quiet = {
  NEXT_TELEMETRY_DISABLED: "1",
  NUXT_TELEMETRY_DISABLED: "1",
  ASTRO_TELEMETRY_DISABLED: "1",
  CI: "",
};
const written = /[/\\](?:node_modules|dist|\.next|\.nuxt|\.output|\.astro)(?:[/\\]|$)/;

/**
 * @param {Record<string, string>} env of all that is built and served
 * @param {AbortSignal} signal ends what runs
 */
export async function createWorkshop(root, env, signal) {
  const shop = join(root, "node_modules/.cache/imgseal/examples");
  const command = join(root, "dist/cli/main.js");
  const folderOf = (name) => join(shop, name);
  mkdirSync(shop, { recursive: true });

  /** What it prints. */
  function run(program, args, { cwd, node = dirname(process.execPath) }) {
    const PATH = node + delimiter + process.env.PATH;
    const options = {
      cwd,
      signal,
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, ...quiet, ...env, PATH },
    };
    return new Promise((resolve, reject) => {
      execFile(program, args, options, (error, stdout, stderr) => {
        if (error === null) resolve(stdout + stderr);
        // Not as its cause: it carries the same text twice.
        else reject(new Error(`${program} ${args.join(" ")} in ${cwd}:\n${stdout}${stderr}`));
      });
    });
  }

  // As the README's reader comes to `npm pack`: after `npm ci` and `npm start`.
  for (const script of ["prepare", "prestart"]) await run("npm", ["run", script], { cwd: root });
  for (const name of readdirSync(shop)) if (name.endsWith(".tgz")) rmSync(join(shop, name));
  await run("npm", ["pack", "--ignore-scripts", "--pack-destination", shop], { cwd: join(root, "sdk") });
  const [tarball] = readdirSync(shop).filter((name) => name.endsWith(".tgz"));

  /** The folder of a Node that the framework runs on. */
  function nodeOf({ needsNewerNode }) {
    if (!needsNewerNode || Number(process.versions.node.split(".")[0]) >= 24)
      return dirname(process.execPath);
    const node = join(shop, "node/node_modules/node-24/bin/node");
    if (!existsSync(node))
      throw new Error(`expected Node 24 at ${node}: there is a build for Linux on x64 only`);
    return dirname(node);
  }

  /** `npm ci`, unless what is installed is what the lockfile says. */
  async function installLocked(from, to) {
    const stamp = join(to, "node_modules/.installed");
    const lock = readFileSync(join(from, "package-lock.json"), "utf8");
    for (const name of ["package.json", "package-lock.json"]) cpSync(join(from, name), join(to, name));
    if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
    await run("npm", ["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"], { cwd: to });
    writeFileSync(stamp, lock);
  }

  /** Leaves what was installed, and nothing else. */
  function clear(name) {
    mkdirSync(folderOf(name), { recursive: true });
    for (const entry of readdirSync(folderOf(name)))
      if (!/^(?:node_modules|package(?:-lock)?\.json)$/.test(entry))
        rmSync(join(folderOf(name), entry), { recursive: true });
  }

  return {
    folderOf,

    async install({ name, types, needsNewerNode }) {
      const from = join(root, "examples", name);
      const to = folderOf(name);
      clear(name);
      await installLocked(from, to);
      if (needsNewerNode) {
        mkdirSync(join(shop, "node"), { recursive: true });
        await installLocked(join(root, "test/examples"), join(shop, "node"));
      }
      cpSync(from, to, { recursive: true, filter: (path) => !written.test(path.slice(from.length)) });
      // The SDK as it is now, in the place of the one that was installed first.
      const sdk = join(to, "node_modules/@imgseal/sdk");
      rmSync(sdk, { recursive: true, force: true });
      mkdirSync(sdk, { recursive: true });
      await run("tar", ["-xzf", join(shop, tarball), "-C", sdk, "--strip-components=1"], { cwd: to });
      await run(process.execPath, [command, "types", ...types], { cwd: to });
    },

    /** Into the folder of an example that is installed, in place of it. */
    async type({ kept, laid }, { name }, steps) {
      const folder = folderOf(name);
      clear(name);
      for (const file of kept) cpSync(join(root, "examples", name, file), join(folder, file));
      for (const [file, text] of Object.entries(laid)) save(join(folder, file), text);
      for (const step of steps) {
        if ("file" in step) save(join(folder, step.file), step.text);
        else {
          const alias = `imgseal() { "${process.execPath}" "${command}" "$@"; }\n`;
          await run("bash", ["-e", "-c", alias + step.commands], { cwd: folder });
        }
      }
    },

    /** What the framework's tools print. */
    build: (example) => run("npm", ["run", "build"], { cwd: folderOf(example.name), node: nodeOf(example) }),

    serve: (example) =>
      serve(example.serve, {
        node: join(nodeOf(example), "node"),
        cwd: folderOf(example.name),
        env: { ...process.env, ...quiet, ...env },
      }),
  };
}

function save(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
