import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { newKey } from "../../src/cli/new-key.ts";
import { imgseal, temporaryFolder } from "./terminal.ts";

const shipped = join(import.meta.dirname, "../../presets.yaml");

function write(name: string, text: string): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

const presetsFile = (presets: string) => write("presets.yaml", `version: 1\npresets:\n${presets}`);

describe("presets", () => {
  test("lists the shipped presets within 100 columns", async () => {
    const { exitCode, out, err } = await imgseal("presets", "--presets", shipped);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    const lines = out.split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(lines[0]).toMatch(/^NAME +SIZE +FORMATS +WIDTHS OR DPRS +VARIANTS +REVISION +ACCESS$/);
    expect(lines[1]).toMatch(/^thumb +200x150 cover +webp +- +1 +[0-9a-f]{12} +signed$/);
    expect(lines[3]).toMatch(
      /^banner +16:5 cover +avif webp jpeg +640 960 1280 1920 +12 +[0-9a-f]{12} +signed$/,
    );
    expect(out).toContain("\nthumb    Lists, search results and the basket\n");
  });

  test("names every shape of preset, and shortens long lists", async () => {
    const file = presetsFile(`  a: { height: 64, formats: [png], overflow: refuse }
  b: { widths: [100, 200, 300, 400, 500, 600, 700], formats: [webp] }
  c: { width: 300, aspectRatio: 1.5, formats: [webp] }
  d: { width: 300, aspectRatio: 1.23456, formats: [webp] }
  e: { formats: [webp] }
`);
    const { out } = await imgseal("presets", "--presets", file);
    const cells = out
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(/ {2,}/).slice(1, 4));
    expect(cells).toEqual([
      ["64 high", "png", "-"],
      ["by width", "webp", "100..700 (7)"],
      ["300 wide, 3:2", "webp", "-"],
      ["300 wide, 1.235", "webp", "-"],
      ["original", "webp", "-"],
    ]);
  });

  test("prints the compiled presets as JSON", async () => {
    const { out } = await imgseal("presets", "--presets", shipped, "--json");
    const { presets, ...others } = JSON.parse(out);
    expect(Object.keys(presets)).toHaveLength(10);
    expect(presets.banner).toMatchObject({ widths: [640, 960, 1280, 1920], variantsPerSource: 12 });
    expect(Object.keys(others).sort()).toEqual(["cors", "limits", "signing"]);
  });
});

describe("check", () => {
  test("finds the shipped presets valid, and has nothing to warn of", async () => {
    expect(await imgseal("check", "--presets", shipped)).toEqual({
      exitCode: 0,
      out: `${shipped} is valid: 10 presets, at most 47 variants per source
signed URLs: expiry optional, without a limit
public, without a signature: og
`,
      err: "",
    });
  });

  test("prints the whole report of an invalid file, and how many problems it has", async () => {
    const file = presetsFile("  thumb: { width: wide, fit: covr }\n");
    const { exitCode, out, err } = await imgseal("check", "--presets", file);
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: "" });
    expect(err).toContain(
      `${file}:3:19  presets.thumb.width: expected an integer from 1 to 8192, received "wide"`,
    );
    expect(err).toContain('(did you mean "cover"?)');
    expect(err).toContain("     | ");
    expect(err.endsWith(`\n\nimgseal: ${file} has 2 problems\n`)).toBe(true);
    expect((await imgseal("presets", "--presets", presetsFile("  a: { width: 0 }\n"))).err).toMatch(
      /has 1 problem\n$/,
    );
  });

  test("prints problems and warnings as JSON", async () => {
    const broken = presetsFile("  thumb: { width: wide }\n");
    const refused = await imgseal("check", "--presets", broken, "--json");
    expect(refused).toMatchObject({ exitCode: 1, err: "" });
    expect(JSON.parse(refused.out)).toMatchObject({
      isValid: false,
      problems: [
        { line: 3, column: 19, path: "presets.thumb.width", message: expect.stringContaining("an integer") },
      ],
    });
    const fine = await imgseal(
      "check",
      "--presets",
      presetsFile("  a: { width: 1, metadata: keep }\n"),
      "--json",
    );
    expect(fine).toMatchObject({ exitCode: 0, err: "" });
    expect(JSON.parse(fine.out)).toMatchObject({
      isValid: true,
      presets: ["a"],
      problems: [],
      warnings: [{ preset: "a", message: expect.stringContaining("GPS") }],
    });
  });

  test("warns of what is allowed and costly, and is content with the opposite", async () => {
    const costly = presetsFile(`  edge: { width: 1, cache: { maxAge: 1d, edge: 30d } }
  many: { widths: [${Array.from({ length: 11 }, (_, index) => 100 + index).join(", ")}] }
  order: { width: 1, formats: [jpeg, webp, avif] }
  place: { width: 1, metadata: keep }
`);
    const { exitCode, err } = await imgseal("check", "--presets", costly);
    expect(exitCode).toBe(0);
    expect(err.trim().split("\n")).toEqual([
      expect.stringMatching(
        /^imgseal: warning: .*: presets\.edge: the edge keeps it 30d and says how old it is \(Age\), so a browser that gets it after 1d /,
      ),
      expect.stringMatching(/: presets\.many: one source can become 33 pictures/),
      expect.stringMatching(
        /: presets\.order: every client takes jpeg, so webp, avif behind it is sent only to URLs that ask for it with fm$/,
      ),
      expect.stringMatching(/: presets\.place: metadata is kept whole, .*\(GPS\)/),
    ]);
    const careful = presetsFile(`  edge: { width: 1, cache: { maxAge: 1d, edge: 1d } }
  many: { widths: [${Array.from({ length: 10 }, (_, index) => 100 + index).join(", ")}] }
  order: { width: 1, formats: [avif, webp, jpeg] }
  place: { width: 1, metadata: copyright }
`);
    expect((await imgseal("check", "--presets", careful)).err).toBe("");
  });

  test("says what signed URLs must satisfy", async () => {
    const file = write(
      "presets.yaml",
      "version: 1\nsigning: { requireExpiry: true, maxLifetime: 30d }\npresets: { a: { width: 1 } }\n",
    );
    const { out } = await imgseal("check", "--presets", file);
    expect(out).toContain(
      "signed URLs: expiry required, at most 30d ahead\npublic, without a signature: none\n",
    );
  });

  test("checks a key file that is named, and warns when others can read it", async () => {
    const keys = write("some.keys.json", JSON.stringify({ keys: [newKey("a")] }));
    expect(await imgseal("check", "--presets", shipped, "--keys", keys)).toMatchObject({
      exitCode: 0,
      err: "",
    });
    chmodSync(keys, 0o644);
    expect((await imgseal("check", "--presets", shipped, "--keys", keys)).err).toBe(
      `imgseal: warning: others can open ${keys} (mode 0644); whoever has it can sign URLs: chmod 600 ${keys}\n`,
    );
    const missing = await imgseal("check", "--presets", shipped, "--keys", `${keys}.none`);
    expect(missing.exitCode).toBe(1);
    expect(missing.err).toContain(`imgseal: there is no key file at ${keys}.none`);
  });

  test("says how to come by a presets file", async () => {
    const { exitCode, out, err } = await imgseal("check", "--presets", "/none/presets.yaml");
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: "" });
    expect(err).toBe(
      `imgseal: there is no presets file at /none/presets.yaml; name one with --presets FILE or IMGSEAL_PRESETS, or begin with a copy of ${shipped}\n`,
    );
  });

  test("never shows a line of a key file that was given by mistake", async () => {
    const { k, ...rest } = newKey("a");
    for (const text of [JSON.stringify({ keys: [{ ...rest, k }] }), `{"keys":[{"kty" : "oct","k":"${k}`]) {
      const { exitCode, err } = await imgseal("check", "--presets", write("some.keys.json", text));
      expect(exitCode).toBe(1);
      expect(err).toMatch(/holds keys, and --presets needs a presets file\n$/);
      expect(err).not.toContain(k.slice(0, 6));
    }
  });
});
