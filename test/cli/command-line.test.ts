import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { run } from "../../src/cli/program.ts";
import { moduleIn } from "../infra/edge-options.ts";
import { compiledCommand, environment, type ProcessOptions, root, runProcess } from "./binary.ts";
import { imgseal as inProcess, memoryTerminal, temporaryFolder } from "./terminal.ts";

const command = compiledCommand();
const names = ["serve", "sign", "explain", "resign", "presets", "check", "keygen", "build"];

const imgseal = (args: readonly string[], options?: ProcessOptions) =>
  runProcess(command.main, args, options);

/** A folder as a user has it: presets and keys under their usual names. */
function project(): string {
  const folder = temporaryFolder();
  copyFileSync(join(root, "presets.yaml"), join(folder, "presets.yaml"));
  expect(imgseal(["keygen", "--kid", "k1"], { cwd: folder }).exitCode).toBe(0);
  return folder;
}

const keyOf = (folder: string): string =>
  JSON.parse(readFileSync(join(folder, "imgseal.keys.json"), "utf8")).keys[0].k;

describe("the command line", () => {
  test("says its version, which is the package's", () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(imgseal(["--version"])).toEqual({ exitCode: 0, out: `${version}\n`, err: "" });
  });

  test("helps with every command: files, examples, and what it is for", async () => {
    const { exitCode, out, err } = await inProcess("--help");
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    for (const name of names) {
      expect(out).toMatch(new RegExp(`^  ${name} `, "m"));
      const help = await inProcess(name, "--help");
      expect({ name, exitCode: help.exitCode, err: help.err }).toEqual({ name, exitCode: 0, err: "" });
      expect(help.out).toMatch(/--presets <file> .*default: "presets\.yaml",\s+env:\s+IMGSEAL_PRESETS/s);
      expect(help.out).toMatch(/--keys <file> .*default:\s+"imgseal\.keys\.json",\s+env:\s+IMGSEAL_KEYS/s);
      expect(help.out).toContain(`  $ imgseal ${name}`);
      expect(help.out).toContain("--json");
    }
  });

  test("exits with 2 for a wrong command line, in one voice and with a suggestion", async () => {
    const mistakes: readonly [args: string[], message: string][] = [
      [["sing", "thumb", "a.jpg"], "imgseal: unknown command 'sing'\n(Did you mean sign?)\n"],
      [["presets", "--preset", "a"], "imgseal: unknown option '--preset'\n(Did you mean --presets?)\n"],
      [["sign", "thumb"], "imgseal: missing required argument 'source'\n"],
      [
        ["sign", "thumb", "a.jpg", "b.jpg"],
        "imgseal: too many arguments for 'sign'. Expected 2 arguments but got 3.\n",
      ],
      [
        ["sign", "thumb", "a.jpg", "--width", "wide"],
        "imgseal: option '--width <pixels>' argument 'wide' is invalid.",
      ],
      [
        ["serve", "--workers", "0"],
        "imgseal: option '--workers <number>' argument '0' is invalid. Expected a number from 1 to 99.",
      ],
      [
        ["serve", "--sources", ".", "--port", "65536"],
        "imgseal: option '--port <number>' argument '65536' is invalid.",
      ],
      [
        ["build", "--source-bucket", "a"],
        "imgseal: missing --source-region, --derivatives-bucket, --derivatives-region (see: imgseal build --help)\n",
      ],
    ];
    for (const [args, message] of mistakes) {
      const { exitCode, out, err } = await inProcess(...args);
      expect({ args, exitCode, out }).toEqual({ args, exitCode: 2, out: "" });
      expect(err.startsWith(message), err).toBe(true);
    }
  });

  test("prints the help on standard error when no command is given", () => {
    const { exitCode, out, err } = imgseal([]);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err).toMatch(/^Usage: imgseal/);
  });

  test("finds presets and keys by their usual names, in the environment, and on the command line first", () => {
    const folder = project();
    expect(imgseal(["sign", "thumb", "a.jpg"], { cwd: folder }).out).toContain("kid=k1&");
    const env = {
      IMGSEAL_PRESETS: join(folder, "presets.yaml"),
      IMGSEAL_KEYS: join(folder, "imgseal.keys.json"),
    };
    const elsewhere = temporaryFolder();
    expect(imgseal(["sign", "thumb", "a.jpg"], { cwd: elsewhere, env }).out).toContain("kid=k1&");
    const { exitCode, err } = imgseal(["sign", "thumb", "a.jpg", "--keys", "none.keys.json"], {
      cwd: folder,
      env,
    });
    expect(exitCode).toBe(1);
    expect(err).toContain(
      'imgseal: there is no key file at none.keys.json; make one with "imgseal keygen none.keys.json"',
    );
  });

  test("shows no stack for what a user can put right, and system errors in words", () => {
    const folder = project();
    const failures: readonly [args: string[], message: string][] = [
      [["check", "--presets", folder], `imgseal: ${folder} is a folder, and a presets file is needed\n`],
      [["sign", "a", "b", "--keys", folder], `imgseal: ${folder} is a folder, and a key file is needed\n`],
      [
        ["serve", "--sources", "none"],
        'imgseal: cannot open the sources "none": there is no such file or folder\n',
      ],
      [
        ["serve", "--sources", "presets.yaml"],
        'imgseal: cannot open the sources "presets.yaml": it is not a folder\n',
      ],
      [
        ["serve", "--sources", ".", "--derivatives", "presets.yaml"],
        'imgseal: cannot open the derivatives "presets.yaml": there is a file of that name\n',
      ],
      [
        ["serve", "--sources", ".", "--host", "203.0.113.9"],
        "imgseal: 203.0.113.9 is no address of this machine;",
      ],
      [
        ["serve", "--sources", "x/y", "--derivatives", "x"],
        "imgseal: --sources and --derivatives need two folders, received x/y and x\n",
      ],
    ];
    for (const [args, message] of failures) {
      const { exitCode, out, err } = imgseal(args, { cwd: folder });
      expect(exitCode, err).toBeGreaterThan(0);
      expect(out).toBe("");
      expect(err.startsWith(message), err).toBe(true);
      expect(err).not.toMatch(/^\s+at /m);
    }
  });

  test("keeps the stack of a mistake of its own, and exits with 70", async () => {
    for (const mistake of [new Error("boom"), new TypeError("Cannot read properties of undefined")]) {
      const { terminal, finished } = memoryTerminal();
      const nowMilliseconds = () => {
        throw mistake;
      };
      const broken = { ...terminal, nowMilliseconds };
      await run(["keygen", join(temporaryFolder(), "a.keys.json")], broken);
      expect(broken.exitCode).toBe(70);
      expect(finished().err).toMatch(
        new RegExp(`^imgseal: this should not happen; .*\\n\\w*Error: ${mistake.message}\\n +at `),
      );
    }
  });

  test("ends quietly when its reader has had enough", () => {
    const { stdout, stderr } = spawnSync(
      "bash",
      ["-c", `"${process.execPath}" "${command.main}" presets --json | head -c 1; echo " \${PIPESTATUS[0]}"`],
      { cwd: root, env: environment(), encoding: "utf8" },
    );
    expect({ stdout, stderr }).toEqual({ stdout: "{ 0\n", stderr: "" });
  });

  test("never prints a key, whatever is asked of it", () => {
    const folder = project();
    const key = keyOf(folder);
    const url = imgseal(["sign", "thumb", "a.jpg"], { cwd: folder }).out.trim();
    const session = [
      ["sign", "thumb", "a.jpg", "--json"],
      ["sign", "none", "a.jpg"],
      ["explain", url],
      ["explain", `${url}&ver=2`, "--json"],
      ["resign", "presets.yaml", "--base", "https://img.example.com", "--json"],
      ["check", "--keys", "imgseal.keys.json", "--json"],
      ["check", "--presets", "imgseal.keys.json"],
      ["presets", "--json"],
      ["keygen"],
      ["keygen", "--add", "--json"],
      [
        "build",
        "--source-bucket",
        "a",
        "--source-region",
        "r",
        "--derivatives-bucket",
        "b",
        "--derivatives-region",
        "r",
      ],
      ["serve", "--sources", "none"],
    ].map((args) => imgseal(args, { cwd: folder }));
    const keys = [
      key,
      Buffer.from(key, "base64url").toString("hex"),
      Buffer.from(key, "base64url").toString("base64"),
    ];
    for (const { out, err } of session) for (const secret of keys) expect(out + err).not.toContain(secret);
    // The bundle that verifies holds the key: the search above would find it where it is.
    expect(moduleIn(readFileSync(join(folder, "dist/edge/viewer-request.zip")))).toContain(key);
  });
});

describe("each command loads what it needs", () => {
  const preload = ["--import", join(import.meta.dirname, "record-imports.mjs")];

  function packagesLoadedBy(args: readonly string[], cwd: string): Set<string> {
    const file = join(temporaryFolder(), "imports");
    writeFileSync(file, "");
    imgseal(args, { cwd, nodeArgs: preload, env: { IMPORTS_FILE: file } });
    const modules = readFileSync(file, "utf8").trim().split("\n");
    const found = modules.flatMap((module) => sourcesOf(module)).join("\n");
    const names = found.matchAll(/\/node_modules\/((?:@[^/]+\/)?[^/.][^/]*)\//g);
    return new Set([...names].map(([, name = ""]) => name));
  }

  /** What a chunk was bundled from, as its source map says; a module that is no chunk is itself. */
  function sourcesOf(module: string): readonly string[] {
    if (!module.startsWith(pathToFileURL(dirname(command.main)).href)) return [module];
    const { sources }: { sources: string[] } = JSON.parse(
      readFileSync(fileURLToPath(`${module}.map`), "utf8"),
    );
    return sources.map((source) => new URL(source, module).href);
  }

  test("serve loads sharp, and not esbuild", () => {
    // 192.0.2.1 is nobody's (RFC 5737): it comes as far as listening, and no further.
    const packages = packagesLoadedBy(["serve", "--sources", ".", "--host", "192.0.2.1"], project());
    expect(packages).toContain("sharp");
    expect(packages).not.toContain("esbuild");
  });

  test("sign loads jose, yaml and zod, and neither sharp nor the AWS SDK nor esbuild", () => {
    const packages = packagesLoadedBy(["sign", "thumb", "a.jpg"], project());
    for (const name of ["commander", "jose", "yaml", "zod"]) expect(packages).toContain(name);
    for (const name of ["sharp", "@aws-sdk/client-s3", "esbuild", "lru-cache"])
      expect(packages).not.toContain(name);
  });

  test("keygen and help load commander and what suggestions need", () => {
    for (const args of [["keygen", "new.keys.json"], ["--help"]]) {
      expect(packagesLoadedBy(args, temporaryFolder())).toEqual(
        new Set(["commander", "fastest-levenshtein"]),
      );
    }
  });

  test("the licenses of what is bundled go with it, and sharp is not", () => {
    const licenses = readFileSync(join(dirname(command.main), "licenses.txt"), "utf8");
    for (const name of ["commander", "jose", "lru-cache", "yaml", "zod"]) {
      const [file] = readdirSync(join(root, "node_modules", name)).filter((name) => /^license/i.test(name));
      const license = readFileSync(join(root, "node_modules", name, file ?? ""), "utf8").trim();
      expect(licenses).toContain(`${name}\n\n${license}\n`);
    }
    expect(licenses).not.toContain("sharp\n\n");
  });

  test("build says how to install esbuild when it is missing", () => {
    const args = [
      "--source-bucket",
      "a",
      "--source-region",
      "r",
      "--derivatives-bucket",
      "b",
      "--derivatives-region",
      "r",
    ];
    const options = { cwd: project(), nodeArgs: preload, env: { MISSING_PACKAGE: "esbuild" } };
    const { exitCode, out, err } = imgseal(["build", ...args], options);
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: "" });
    expect(err).toBe(
      "imgseal: build needs esbuild, which is not installed: npm install --save-dev esbuild\n",
    );
    expect(existsSync(join(options.cwd, "dist"))).toBe(false);
  });
});
