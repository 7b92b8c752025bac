// Where the examples are installed, built and served: below node_modules/.cache, and left there for the next run.
import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, dirname, join } from "node:path";

export function createWorkshop(root) {
  const shop = join(root, "node_modules/.cache/imgseal/examples");
  const quiet = {
    NEXT_TELEMETRY_DISABLED: "1",
    NUXT_TELEMETRY_DISABLED: "1",
    ASTRO_TELEMETRY_DISABLED: "1",
  };
  mkdirSync(shop, { recursive: true });

  function run(command, args, { cwd, path = [], env = {} }) {
    const program = command === "node" ? process.execPath : command;
    const PATH = [...path, process.env.PATH].join(delimiter);
    try {
      return execFileSync(program, args, {
        cwd,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
        maxBuffer: 64 * 1024 * 1024,
        env: { ...process.env, ...quiet, ...env, PATH },
      });
    } catch (error) {
      // Not as its cause: it carries the same text twice.
      throw new Error(`${command} ${args.join(" ")} in ${cwd}:\n${error.stdout ?? ""}${error.stderr ?? ""}`);
    }
  }

  run("npm", ["run", "prepare"], { cwd: root });
  for (const name of readdirSync(shop)) if (name.endsWith(".tgz")) rmSync(join(shop, name));
  run("npm", ["pack", "--ignore-scripts", "--pack-destination", shop], { cwd: join(root, "sdk") });
  const [tarball] = readdirSync(shop).filter((name) => name.endsWith(".tgz"));

  /** Folders of a newer Node, for frameworks that do not run on this one. */
  function pathOf({ needsNewerNode }) {
    if (!needsNewerNode || Number(process.versions.node.split(".")[0]) >= 24) return [];
    installLocked(join(root, "test/examples"), join(shop, "node"));
    const node = join(shop, "node/node_modules/node-24/bin/node");
    if (!existsSync(node))
      throw new Error(`expected Node 24 at ${node}: there is a build for Linux on x64 only`);
    return [dirname(node)];
  }

  /** `npm ci`, unless what is installed is what the lockfile says. */
  function installLocked(from, to) {
    const lock = readFileSync(join(from, "package-lock.json"), "utf8");
    const installed = join(to, "package-lock.json");
    const isCurrent =
      existsSync(join(to, "node_modules")) &&
      existsSync(installed) &&
      readFileSync(installed, "utf8") === lock;
    mkdirSync(to, { recursive: true });
    for (const name of ["package.json", "package-lock.json"]) cpSync(join(from, name), join(to, name));
    if (!isCurrent) run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: to });
  }

  return {
    run,

    install({ name }) {
      const from = join(root, "examples", name);
      const to = join(shop, name);
      if (existsSync(to)) {
        for (const entry of readdirSync(to)) {
          if (entry !== "node_modules" && entry !== "package-lock.json")
            rmSync(join(to, entry), { recursive: true });
        }
      }
      installLocked(from, to);
      const isOurs = (path) =>
        !/[/\\](?:node_modules|dist|\.next|\.nuxt|\.output|\.astro)(?:[/\\]|$)/.test(path.slice(from.length));
      cpSync(from, to, { recursive: true, filter: isOurs });
      // The SDK as it is now, in the place of the one that was installed first.
      const sdk = join(to, "node_modules/@imgseal/sdk");
      rmSync(sdk, { recursive: true, force: true });
      mkdirSync(sdk, { recursive: true });
      run("tar", ["-xzf", join(shop, tarball), "-C", sdk, "--strip-components=1"], { cwd: to });
    },

    build(example, env) {
      const cwd = join(shop, example.name);
      run(
        "node",
        [join(root, "dist/cli/main.js"), "types", "--presets", join(root, "presets.yaml"), ...example.types],
        { cwd },
      );
      if (example.name !== "html") run("npm", ["run", "build"], { cwd, env, path: pathOf(example) });
    },

    async serve(example, env) {
      const port = await freePort();
      const path = pathOf(example);
      const child = spawn(
        path[0] === undefined ? process.execPath : join(path[0], "node"),
        example.serve(port),
        {
          cwd: join(shop, example.name),
          stdio: ["ignore", "ignore", "inherit"],
          env: { ...process.env, ...quiet, ...env, PORT: String(port), HOST: "127.0.0.1" },
        },
      );
      const origin = `http://127.0.0.1:${port}`;
      await untilAnswered(origin, child);
      return { child, origin };
    },
  };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilAnswered(origin, child) {
  const end = Date.now() + 60_000;
  while (Date.now() < end) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const response = await fetch(origin).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`no answer at ${origin}`);
}
