import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compilePresets } from "../../src/presets/compile.ts";
import { parsePresets } from "../../src/presets/parse.ts";
import { authorise } from "../../src/urls/authorise.ts";
import { keys, parseTarget, vectors } from "../vectors/signed-urls.ts";
import { imgseal, noon, temporaryFolder } from "./terminal.ts";

const nowSeconds = noon / 1000;
const yaml = `version: 1
presets:
  thumb: { width: 200, height: 150, formats: [webp] }
  banner: { widths: [640, 960, 1280], formats: [avif, webp, jpeg] }
  card: { width: 400, dprs: [1, 1.5, 2], formats: [webp, jpeg] }
`;
const table = compilePresets(parsePresets(yaml, "presets.yaml"));

function setUp(text = yaml): string[] {
  const folder = temporaryFolder();
  const [presets, keyFile] = [join(folder, "presets.yaml"), join(folder, "test.keys.json")];
  writeFileSync(presets, text);
  writeFileSync(keyFile, JSON.stringify(vectors.keys), { mode: 0o600 });
  return ["--presets", presets, "--keys", keyFile];
}

async function sign(...args: string[]) {
  return imgseal("sign", ...args, ...setUp());
}

const base = "http://127.0.0.1:8787";

async function signed(...args: string[]) {
  const { exitCode, out, err } = await sign(...args);
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
  expect(out).toMatch(/^http\S+\n$/);
  const url = parseTarget(out.trim().replace(/^https?:\/\/[^/]+/, ""));
  expect(() => authorise(url, table, { keys, nowSeconds })).not.toThrow();
  return { out: out.trim(), url };
}

describe("sign", () => {
  test("prints one URL, valid for an hour, and nothing else", async () => {
    const { out, url } = await signed("thumb", "photos/cat.jpg");
    expect(url).toMatchObject({
      preset: "thumb",
      source: "photos/cat.jpg",
      exp: nowSeconds + 3_600,
      kid: "demo-1",
    });
    expect(out).toContain(`${base}/thumb/photos/cat.jpg?exp=${nowSeconds + 3_600}&kid=demo-1&sig=`);
  });

  test("takes every selector, a version and a base", async () => {
    const { out } = await signed(
      "banner",
      "a b/ü.jpg",
      "--width",
      "960",
      "--version",
      "7f3a",
      "--format",
      "webp",
      "--base",
      "https://img.example.com",
    );
    expect(out).toMatch(
      /^https:\/\/img\.example\.com\/banner\/a%20b\/%C3%BC\.jpg\?exp=\d+&ver=7f3a&.*&w=960&fm=webp&rev=/,
    );
    expect((await signed("card", "a.jpg", "--dpr", "1.5")).url.dpr).toBe(1.5);
  });

  test("keeps an expiry to the second, however it is written", async () => {
    const expiries: readonly [written: string, exp: number | undefined][] = [
      ["90s", nowSeconds + 90],
      ["7d", nowSeconds + 7 * 86_400],
      ["1.5h", nowSeconds + 5_400],
      ["2027-01-31", Date.UTC(2027, 0, 31) / 1000],
      ["2027-01-31T18:00:07Z", Date.UTC(2027, 0, 31, 18, 0, 7) / 1000],
      ["2027-01-31T18:00+01:00", Date.UTC(2027, 0, 31, 17) / 1000],
      ["2028-02-29", Date.UTC(2028, 1, 29) / 1000],
      ["never", undefined],
    ];
    for (const [written, exp] of expiries) {
      expect((await signed("thumb", "a.jpg", "--expires", written)).url.exp).toBe(exp);
    }
  });

  test("refuses an expiry that is past, ambiguous or no date", async () => {
    const refusals: readonly [written: string, message: string][] = [
      ["2026-11-23", "That is over already."],
      ["2020-01-01T00:00:00Z", "That is over already."],
      ["0s", "That is over already."],
      ["2027-02-30", "Expected a lifetime such as"],
      ["2027-01-31T18:00:00", "Expected a lifetime such as"],
      ["tomorrow", "Expected a lifetime such as"],
      ["1H", "Expected a lifetime such as"],
      ["999999999999y", "Expected a lifetime such as"],
      ["", "Expected a lifetime such as"],
    ];
    for (const [written, message] of refusals) {
      const { exitCode, out, err } = await sign("thumb", "a.jpg", "--expires", written);
      expect({ written, exitCode, out }).toEqual({ written, exitCode: 2, out: "" });
      expect(err).toContain(
        `imgseal: option '--expires <when>' argument '${written}' is invalid. ${message}`,
      );
    }
  });

  test("refuses in the words of its flags what the edge would refuse", async () => {
    const refusals: readonly [args: string[], message: string][] = [
      [
        ["thum", "a.jpg"],
        'preset: expected one of thumb, banner, card (did you mean "thumb"?), received "thum"',
      ],
      [
        ["thumb", "../a.jpg"],
        'source: expected a path without a leading slash, empty, "." and ".." segments, received "../a.jpg"',
      ],
      [
        ["thumb", "/a.jpg"],
        'source: expected a path without a leading slash, empty, "." and ".." segments, received "/a.jpg"',
      ],
      [
        ["banner", "a.jpg", "--width", "1000"],
        "--width: expected one of 640, 960, 1280 (did you mean 960?), received 1000",
      ],
      [
        ["thumb", "a.jpg", "--width", "640"],
        '--width: expected none, because the preset "thumb" declares no widths, received 640',
      ],
      [["card", "a.jpg", "--dpr", "3"], "--dpr: expected one of 1, 1.5, 2 (did you mean 2?), received 3"],
      [["thumb", "a.jpg", "--format", "jpeg"], '--format: expected one of webp, received "jpeg"'],
      [
        ["thumb", "a.jpg", "--version", "a b"],
        '--version: expected 1 to 64 characters of A-Z a-z 0-9 _ -, received "a b"',
      ],
      [["thumb", "a.jpg", "--base", "img.example.com"], "--base: expected an http(s) origin without a path"],
    ];
    for (const [args, message] of refusals) {
      const { exitCode, out, err } = await sign(...args);
      expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
      expect(err.startsWith(`imgseal: ${message}`), err).toBe(true);
      expect(err.trim().split("\n")).toHaveLength(1);
    }
  });

  test("keeps to the lifetimes that the presets file allows", async () => {
    const strict = setUp(`signing: { requireExpiry: true, maxLifetime: 10m }\n${yaml}`);
    const { out } = await imgseal("sign", "thumb", "a.jpg", ...strict);
    expect(out).toContain(`exp=${nowSeconds + 600}&`);
    const refusals: readonly [expires: string, message: string][] = [
      ["11m", "--expires: expected a Date in the future, at most 600 seconds ahead"],
      ["never", "--expires: expected a lifetime, because an expiry is required"],
    ];
    for (const [expires, message] of refusals) {
      const { exitCode, err } = await imgseal("sign", "thumb", "a.jpg", "--expires", expires, ...strict);
      expect(exitCode).toBe(2);
      expect(err).toContain(`imgseal: ${message}`);
    }
  });

  test("prints JSON for a program", async () => {
    const { out } = await sign("thumb", "a.jpg", "--json", "--expires", "2h");
    expect(JSON.parse(out)).toEqual({
      url: expect.stringContaining(`${base}/thumb/a.jpg?exp=`),
      kid: "demo-1",
      expires: "2026-11-23T14:00:00.000Z",
    });
    expect(JSON.parse((await sign("thumb", "a.jpg", "--json", "--expires", "never")).out).expires).toBeNull();
  });
});
