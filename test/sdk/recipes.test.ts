/**
 * The recipes are copied into other people's projects, so each is run against the vectors where its toolchain is, and
 * is seen to fail for a row that is wrong. In CI the toolchains of the first seven have to be there.
 */

import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";

const recipesFolder = join(import.meta.dirname, "../../sdk/recipes");
const rows = readFileSync(join(recipesFolder, "vectors.tsv"), "utf8").trimEnd().split("\n");
/** Where Debian's librust-*-dev packages put the sources of crates. */
const crates = "/usr/share/cargo/registry";

interface Recipe {
  readonly file: string;
  /** A command that succeeds where the toolchain is. */
  readonly probe: readonly [command: string, ...args: string[]];
  readonly isOptional?: true;
  /** Rows that the language cannot express. */
  readonly leavesOut?: readonly string[];
  readonly prepare?: (folder: string) => void;
  /** Without the file of vectors, run in `folder`. */
  readonly run: readonly [command: string, ...args: string[]];
}

const recipes: readonly Recipe[] = [
  { file: "sign.sh", probe: ["openssl", "version"], leavesOut: ["NUL"], run: ["sh", "sign.sh"] },
  { file: "sign.py", probe: ["python3", "--version"], run: ["python3", "sign.py"] },
  { file: "sign.php", probe: ["php", "--version"], run: ["php", "sign.php"] },
  { file: "sign.rb", probe: ["ruby", "--version"], run: ["ruby", "sign.rb"] },
  {
    file: "sign.go",
    probe: ["go", "version"],
    prepare: (folder) => run(folder, "go", "build", "-o", "sign", "sign.go"),
    run: ["./sign"],
  },
  {
    file: "Sign.java",
    probe: ["javac", "-version"],
    prepare: (folder) => run(folder, "javac", "Sign.java"),
    run: ["java", "-cp", ".", "Sign"],
  },
  { file: "sign.pl", probe: ["perl", "--version"], run: ["perl", "sign.pl"] },
  {
    file: "Sign.cs",
    probe: ["mcs", "--version"],
    isOptional: true,
    prepare: (folder) => run(folder, "mcs", "-out:Sign.exe", "Sign.cs"),
    run: ["mono", "Sign.exe"],
  },
  { file: "sign.exs", probe: ["elixir", "--version"], isOptional: true, run: ["elixir", "sign.exs"] },
  {
    file: "sign.rs",
    probe: ["sh", "-c", `cargo --version && ls -d ${crates}/hmac-0.12* ${crates}/sha2-0.10*`],
    isOptional: true,
    prepare: buildWithCargo,
    run: ["target/debug/sign"],
  },
];

const present = recipes.filter(({ probe: [command, ...args] }) => spawnSync(command, args).status === 0);
const missing = recipes.filter((recipe) => !present.includes(recipe));

test("vectors.tsv is what vectors.mjs makes of the project's vectors", () => {
  const made = execFileSync(process.execPath, [join(recipesFolder, "vectors.mjs")], { encoding: "utf8" });
  expect(rows).toEqual(made.trimEnd().split("\n"));
  const accepted = rows.filter((row) => !row.endsWith("\trefused"));
  expect(accepted.length).toBeGreaterThanOrEqual(14);
  expect(rows.length - accepted.length).toBeGreaterThanOrEqual(20);
});

test("the toolchains of the first seven recipes are there, in CI; elsewhere it is said which are not", () => {
  if (missing.length > 0) console.warn(`RECIPES LEFT OUT, no toolchain: ${filesOf(missing)}`);
  if (process.env.CI) expect(filesOf(missing.filter(({ isOptional }) => !isOptional))).toBe("");
  expect(present.length).toBeGreaterThan(0);
});

test("the README of the recipes lists each of them", () => {
  const listed = readFileSync(join(recipesFolder, "README.md"), "utf8").matchAll(
    /^\| [^|]+ \| \[(\S+)\]\(\1\)/gm,
  );
  expect([...listed].map(([, file]) => file).sort()).toEqual(recipes.map(({ file }) => file).sort());
});

describe.each(present)("$file", (recipe) => {
  const folder = { path: "" };
  const vectors = rows.filter((row) => !recipe.leavesOut?.includes(nameOf(row)));

  beforeAll(() => {
    folder.path = mkdtempSync(join(tmpdir(), "imgseal-recipe-"));
    copyFileSync(join(recipesFolder, recipe.file), join(folder.path, recipe.file));
    recipe.prepare?.(folder.path);
  });
  afterAll(() => rmSync(folder.path, { recursive: true, force: true }));

  function check(lines: readonly string[]) {
    const file = join(folder.path, "rows.tsv");
    writeFileSync(file, `${lines.join("\n")}\n`);
    const [command, ...args] = recipe.run;
    const { status, stdout, stderr } = spawnSync(command, [...args, file], {
      cwd: folder.path,
      encoding: "utf8",
    });
    return { status, out: stdout.trim(), err: stderr };
  }

  it("passes every row", () => {
    expect(check(rows)).toEqual({ status: 0, out: `pass ${vectors.length}`, err: "" });
  });

  it("fails for a wrong key", () => {
    const row = rowNamed("Korean, composed");
    const key = row.split("\t")[2] ?? "";
    const wrong = check([row.replace(key, `${key.startsWith("A") ? "B" : "A"}${key.slice(1)}`)]);
    expect(wrong).toMatchObject({ status: 1, out: "" });
    expect(wrong.err).toMatch(
      /^Korean, composed\nexpected \/thumb\/%EC%82%AC.*\nreceived \/thumb\/%EC%82%AC/,
    );
  });

  it.each([
    ["another preset", "expiry and version", /\tbanner\t/, "\tbanners\t"],
    ["another source", "plain key, no expiry", /\t70686f746f73/, "\t70686f746f74"],
    ["another expiry", "expiry", /\t1893456000\t/, "\t1893456001\t"],
    ["another version", "version alone", /\t2026-11-22_1\t/, "\t2026-11-22_2\t"],
    ["another signature", "the longest key: 850 bytes", /.$/, "_"],
  ])("fails for %s", (_, name, part, replacement) => {
    const row = rowNamed(name);
    const changed = row.replace(part, replacement);
    expect(changed).not.toBe(row);
    const wrong = check([changed]);
    expect(wrong).toMatchObject({ status: 1, out: "" });
    expect(wrong.err).toContain(`${name}\nexpected /`);
  });

  it("fails when it refuses what should be signed, and when it signs what should be refused", () => {
    const refusal = rowNamed("dot segment");
    const asAccepted = check([refusal.replace(/refused$/, "/thumb/a/../b.jpg")]);
    expect(asAccepted).toMatchObject({ status: 1, out: "" });
    expect(asAccepted.err).toContain("received refused");
    const acceptance = rowNamed("plain key, no expiry");
    const asRefused = check([acceptance.replace(/[^\t]+$/, "refused")]);
    expect(asRefused).toMatchObject({ status: 1, out: "" });
    expect(asRefused.err).toContain("expected refused\nreceived /thumb/photos/cat.jpg?kid=demo-1&sig=");
  });
});

test("sign.sh never puts the key on a command line, where others on the machine can read it", () => {
  const folder = mkdtempSync(join(tmpdir(), "imgseal-recipe-"));
  const log = join(folder, "log");
  // A shell finds these first. printf is among them for the shell in which it is no builtin.
  for (const name of ["openssl", "od", "tr", "awk", "iconv", "printf"]) {
    const real = execFileSync("sh", ["-c", `command -v ${name} | grep / || echo /usr/bin/${name}`], {
      encoding: "utf8",
    });
    writeFileSync(join(folder, name), `#!/bin/sh\necho ${name} "$@" >>"${log}"\nexec ${real.trim()} "$@"\n`, {
      mode: 0o755,
    });
  }
  const row = rowNamed("expiry");
  writeFileSync(join(folder, "rows.tsv"), `${row}\n`);
  const { stdout } = spawnSync("sh", [join(recipesFolder, "sign.sh"), join(folder, "rows.tsv")], {
    env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
    encoding: "utf8",
  });
  expect(stdout).toBe("pass 1\n");
  const commands = readFileSync(log, "utf8");
  rmSync(folder, { recursive: true });
  expect(commands).toContain("openssl dgst -sha256 -binary");
  const key = Buffer.from(row.split("\t")[2] ?? "", "base64url");
  for (const encoding of ["base64url", "base64", "hex"] as const) {
    // The first half is enough to know the key by: what is padded may be cut elsewhere.
    const secret = key.toString(encoding);
    expect(commands).not.toContain(secret.slice(0, secret.length / 2));
  }
});

function rowNamed(name: string): string {
  const row = rows.find((line) => nameOf(line) === name);
  if (row === undefined) throw new Error(`no row is named "${name}"`);
  return row;
}

function nameOf(row: string): string {
  return row.slice(0, row.indexOf("\t"));
}

function filesOf(list: readonly Recipe[]): string {
  return list.map(({ file }) => file).join(", ");
}

function run(folder: string, command: string, ...args: string[]): void {
  execFileSync(command, args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
}

/** As the only source file of a package whose dependencies come from Debian's packages, not from the network. */
function buildWithCargo(folder: string): void {
  mkdirSync(join(folder, ".cargo"));
  const source = `[source.crates-io]\nreplace-with = "debian"\n[source.debian]\ndirectory = "${crates}"\n`;
  writeFileSync(join(folder, ".cargo/config.toml"), source);
  const manifest = `[package]\nname = "sign"\nversion = "0.0.0"\nedition = "2021"\n[[bin]]\nname = "sign"\npath = "sign.rs"\n[dependencies]\nhmac = "0.12"\nsha2 = "0.10"\n`;
  writeFileSync(join(folder, "Cargo.toml"), manifest);
  run(folder, "cargo", "build", "--quiet", "--offline");
  if (!existsSync(join(folder, "target/debug/sign"))) throw new Error("cargo built nothing");
}
