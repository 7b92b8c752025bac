import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compilePresets } from "../../src/presets/compile.ts";
import { parsePresets } from "../../src/presets/parse.ts";
import { authorise } from "../../src/urls/authorise.ts";
import { keys, parseTarget, vectors } from "../vectors/signed-urls.ts";
import { compiledCommand, environment } from "./binary.ts";
import { imgsealOn, noon, temporaryFolder } from "./terminal.ts";

const nowSeconds = noon / 1000;
const base = "https://img.example.com";
const yaml = `version: 1
presets:
  thumb: { width: 200, height: 150, formats: [webp] }
`;
const [first, second] = vectors.keys.keys;

/** The second key of the vectors signs now, and the first one still verifies. */
function project(presets = yaml) {
  const folder = temporaryFolder();
  const [presetsFile, keyFile] = [join(folder, "presets.yaml"), join(folder, "test.keys.json")];
  writeFileSync(presetsFile, presets);
  writeFileSync(keyFile, JSON.stringify({ keys: [second, first] }), { mode: 0o600 });
  const flags = ["--base", base, "--presets", presetsFile, "--keys", keyFile];
  return {
    folder,
    flags,
    resign: (input: string | Uint8Array, ...args: string[]) => imgsealOn(input, "resign", ...flags, ...args),
  };
}

function vectorNamed(name: string): string {
  const target = vectors.valid.find((vector) => vector.name === name)?.target;
  if (target === undefined) throw new Error(`no vector ${name}`);
  return base + target;
}
const old = vectorNamed("expiry");
const fresh = vectorNamed("second key of the set");
const unlimited = vectorNamed("plain key, no expiry");
const expired = base + (vectors.refused.find(({ code }) => code === "URL_EXPIRED")?.target ?? "");

describe("resign", () => {
  test("is a filter: the text to standard output, the counts to standard error", async () => {
    const { resign } = project();
    expect(await resign(`<img src="${old.replaceAll("&", "&amp;")}">\n`)).toEqual({
      exitCode: 0,
      out: `<img src="${fresh.replaceAll("&", "&amp;")}">\n`,
      err: `1 URL of ${base}: 1 signed anew with demo-2, 0 left as they were\n`,
    });
  });

  test("says of what it left how many there are of each reason, the most frequent first", async () => {
    const { resign } = project();
    const text = [old, fresh, expired, `${base}/thumb/a.jpg`, expired].join("\n");
    const { exitCode, out, err } = await resign(text);
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: text.replace(old, fresh) });
    expect(err).toBe(
      [
        `5 URLs of ${base}: 1 signed anew with demo-2, 1 signed so already, 3 left as they were`,
        "  2  URL_EXPIRED        rightly signed; --include-expired takes them as well",
        "  1  SIGNATURE_MISSING  not signed, and not of a public preset",
        "",
      ].join("\n"),
    );
    const json = await resign(text, "--json", "--dry-run");
    expect(json.out).toBe("");
    expect(JSON.parse(json.err)).toEqual({
      base,
      kid: "demo-2",
      found: 5,
      signedAnew: 1,
      asItWas: 1,
      left: { URL_EXPIRED: 2, SIGNATURE_MISSING: 1 },
    });
  });

  test("gives every URL the expiry that is asked for", async () => {
    const { resign } = project();
    const expOf = async (...args: string[]) => {
      const { out } = await resign(`${old} ${unlimited}`, ...args);
      const urls = out.split(" ").map((url) => parseTarget(url.slice(base.length)));
      for (const url of urls) authorise(url, compilePresets(parsePresets(yaml, "")), { keys, nowSeconds });
      return urls.map(({ exp }) => exp);
    };
    expect(await expOf()).toEqual([1_893_456_000, undefined]);
    expect(await expOf("--expires", "keep")).toEqual([1_893_456_000, undefined]);
    expect(await expOf("--expires", "never")).toEqual([undefined, undefined]);
    const date = Date.UTC(2027, 0, 31, 17) / 1000;
    expect(await expOf("--expires", "2027-01-31T18:00:00+01:00")).toEqual([date, date]);
  });

  test("rounds a lifetime to a window, so that a run within it changes nothing", async () => {
    const { resign } = project();
    const { out } = await resign(old, "--expires", "80d");
    const { exp = 0 } = parseTarget(out.slice(base.length));
    const window = 10 * 86_400;
    expect(exp % window).toBe(0);
    expect(exp - nowSeconds).toBeGreaterThanOrEqual(80 * 86_400);
    expect(exp - nowSeconds).toBeLessThan(90 * 86_400);
    const again = await resign(out, "--expires", "80d");
    expect(again.out).toBe(out);
    expect(again.err).toContain("1 signed so already");
  });

  test("takes expired URLs when it is told to, with a new expiry", async () => {
    const { resign } = project();
    const { out } = await resign(expired, "--include-expired", "--expires", "30d");
    const url = parseTarget(out.slice(base.length));
    expect(() => authorise(url, compilePresets(parsePresets(yaml, "")), { keys, nowSeconds })).not.toThrow();
  });

  test("keeps to the key that is named", async () => {
    const { resign } = project();
    const { out, err } = await resign(`${old} ${fresh}`, "--from-key", "demo-2", "--expires", "never");
    expect(out.startsWith(`${old} ${base}/thumb/photos/cat.jpg?kid=demo-2&sig=`)).toBe(true);
    expect(err).toContain("1  another key  not of the key that --from-key names");
  });

  test("writes files one after the other, without touching them", async () => {
    const { folder, resign } = project();
    const [a, b] = [join(folder, "a.html"), join(folder, "b.md")];
    writeFileSync(a, `<${old}>\n`);
    writeFileSync(b, `(${old})`);
    const { out, err } = await resign("", a, b);
    expect(out).toBe(`<${fresh}>\n(${fresh})`);
    expect(err).toContain("2 URLs of");
    expect(readFileSync(a, "utf8")).toBe(`<${old}>\n`);
  });

  test("rewrites files in place: those that change, with their mode, through a link, and nothing beside them", async () => {
    const { folder, resign } = project();
    const content = join(folder, "content");
    mkdirSync(content);
    const [changing, still, link] = [
      join(content, "a.html"),
      join(content, "b.html"),
      join(folder, "link.html"),
    ];
    writeFileSync(changing, Buffer.concat([Buffer.from([0xff, 0xfe, 0]), Buffer.from(` ${old}`)]));
    chmodSync(changing, 0o640);
    symlinkSync(changing, link);
    writeFileSync(still, fresh);
    utimesSync(still, 1, 1);
    expect((await resign("", "--in-place", "--dry-run", link, still)).err).toContain("2 URLs");
    expect(readFileSync(changing, "latin1")).toContain(old);
    expect(await resign("", "--in-place", link, still)).toMatchObject({ exitCode: 0, out: "" });
    expect(readFileSync(changing, "latin1")).toBe(`\xff\xfe\0 ${fresh}`);
    expect(statSync(changing).mode & 0o777).toBe(0o640);
    expect(statSync(still).mtimeMs).toBe(1_000);
    expect(readFileSync(link, "latin1")).toContain(fresh);
    expect(readdirSync(content).sort()).toEqual(["a.html", "b.html"]);
  });

  test("refuses a command line that cannot be meant", async () => {
    const strict = project(`signing: { requireExpiry: true, maxLifetime: 10d }\n${yaml}`);
    const refusals: readonly [args: string[], message: string][] = [
      [
        ["--base", "https://user:pass@img.example.com"],
        '--base: expected an http(s) origin without a path, such as "https://img.example.com", received "https://***@img.example.com"',
      ],
      [["--base", `${base}/pictures`], "--base: expected an http(s) origin without a path"],
      [["--in-place"], "--in-place needs files"],
      [["--from-key", "demo-3"], '--from-key: expected one of demo-2, demo-1, received "demo-3"'],
      [["--include-expired"], "--include-expired needs --expires: with the expiry that it has"],
      [["--expires", "11d"], "--expires: expected at most 864000 seconds"],
      [["--expires", "2027-01-31"], "--expires: expected a Date in the future, at most 864000 seconds ahead"],
      [["--expires", "never"], "--expires: expected a lifetime, because an expiry is required"],
      [["--expires", "soon"], "option '--expires <when>' argument 'soon' is invalid. Expected a lifetime"],
      [
        ["--expires", "2020-01-01"],
        "option '--expires <when>' argument '2020-01-01' is invalid. That is over",
      ],
    ];
    for (const [args, message] of refusals) {
      const { exitCode, out, err } = await strict.resign(old, ...args);
      expect({ args, exitCode, out }).toEqual({ args, exitCode: 2, out: "" });
      expect(err.startsWith(`imgseal: ${message}`), err).toBe(true);
    }
    const { exitCode, err } = await imgsealOn(old, "resign");
    expect(exitCode).toBe(2);
    expect(err).toMatch(/^imgseal: required option '--base <url>' not specified/);
  });

  test("says which file is missing, and is done with the ones before it", async () => {
    const { folder, resign } = project();
    const file = join(folder, "a.html");
    writeFileSync(file, old);
    expect(await resign("", "--in-place", file, join(folder, "none.html"))).toEqual({
      exitCode: 1,
      out: "",
      err: `imgseal: ${join(folder, "none.html")}: there is no such file or folder\n`,
    });
    expect(readFileSync(file, "utf8")).toBe(fresh);
    expect((await resign("", join(folder, "none.html"))).exitCode).toBe(1);
    expect((await resign("", folder)).err).toContain("it is a folder, and a file is needed");
  });
});

describe("the compiled command", () => {
  const command = compiledCommand();

  test("filters more than a pipe holds, byte for byte", () => {
    const { folder, flags } = project();
    const line = Buffer.concat([
      Buffer.from(`"${old}"`),
      Buffer.from([0xff, 0, 0xc3, 0x28]),
      Buffer.alloc(900, " "),
    ]);
    const input = Buffer.concat(Array.from({ length: 4_000 }, () => line));
    const { status, stdout, stderr } = spawnSync(process.execPath, [command.main, "resign", ...flags], {
      cwd: folder,
      env: environment(),
      input,
      maxBuffer: 1e9,
      timeout: 60_000,
    });
    expect({ status, stderr: stderr.toString() }).toEqual({
      status: 0,
      stderr: `4000 URLs of ${base}: 4000 signed anew with demo-2, 0 left as they were\n`,
    });
    const expected = input.toString("latin1").replaceAll(old, fresh);
    // Compared as a whole: the difference of two long texts takes minutes to print.
    expect(stdout.toString("latin1") === expected).toBe(true);
  });
});
