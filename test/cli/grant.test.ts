import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compilePresets } from "../../src/presets/compile.ts";
import { parsePresets } from "../../src/presets/parse.ts";
import { authorise } from "../../src/urls/authorise.ts";
import { allJwks, edgeKeys, parseTarget, vectors } from "../vectors/signed-urls.ts";
import { imgseal, noon, temporaryFolder } from "./terminal.ts";

const nowSeconds = noon / 1000;
const yaml = `version: 1
presets:
  thumb: { width: 200, height: 150, formats: [webp] }
  card: { width: 400, dprs: [1, 1.5, 2], formats: [webp, jpeg] }
`;
const table = compilePresets(parsePresets(yaml, "presets.yaml"));

function setUp(text = yaml, jwks: object = vectors.keys): string[] {
  const folder = temporaryFolder();
  const [presets, keyFile] = [join(folder, "presets.yaml"), join(folder, "test.keys.json")];
  writeFileSync(presets, text);
  writeFileSync(keyFile, JSON.stringify(jwks), { mode: 0o600 });
  return ["--presets", presets, "--keys", keyFile];
}

const judge = (target: string) =>
  authorise(parseTarget(target), table, { keys: edgeKeys, nowSeconds: nowSeconds + 3_599 });

describe("grant", () => {
  test("prints one token, valid for an hour, and nothing else", async () => {
    const { exitCode, out, err } = await imgseal("grant", "thumb,card", "gallery/", "b.jpg", ...setUp());
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    expect(out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]{43}\n$/);
    const token = out.trim();
    for (const path of ["/thumb/gallery/a.jpg", "/card/b.jpg"]) judge(`${path}?grant=${token}&dpr=2`);
    expect(() => judge(`/card/c.jpg?grant=${token}`)).toThrow("the grant does not open this source");
    const payload = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    expect(payload).toEqual({
      exp: nowSeconds + 3_600,
      presets: ["thumb", "card"],
      sources: ["gallery/", "b.jpg"],
    });
  });

  test("opens everything when told so", async () => {
    const { out } = await imgseal("grant", "*", "", ...setUp());
    judge(`/card/anything.jpg?grant=${out.trim()}`);
  });

  test("signs with Ed25519, and prints JSON for a program", async () => {
    const keys = { keys: allJwks.keys.filter(({ kid }) => kid === "demo-ed-1") };
    const { out } = await imgseal("grant", "thumb", "a/", "--expires", "2h", "--json", ...setUp(yaml, keys));
    const { grant, ...rest } = JSON.parse(out);
    expect(rest).toEqual({ kid: "demo-ed-1", expires: "2026-11-23T14:00:00.000Z" });
    judge(`/thumb/a/b.jpg?grant=${grant}`);
  });

  test("keeps to the lifetimes that the presets file allows", async () => {
    const strict = setUp(`signing: { maxLifetime: 10m }\n${yaml}`);
    const { out } = await imgseal("grant", "thumb", "a/", "--json", ...strict);
    expect(JSON.parse(out).expires).toBe("2026-11-23T12:10:00.000Z");
    const { exitCode, err } = await imgseal("grant", "thumb", "a/", "--expires", "11m", ...strict);
    expect(exitCode).toBe(2);
    expect(err).toContain("imgseal: --expires: expected a Date in the future, at most 600 seconds ahead");
  });

  test("refuses what it could not open, in one line", async () => {
    const sources = 'sources: expected source keys, or prefixes that end in "/", received';
    const refusals: readonly [args: string[], message: string][] = [
      [["thum", "a/"], 'presets: expected one of thumb, card (did you mean "thumb"?), received "thum"'],
      [["thumb,", "a/"], 'presets: expected one of thumb, card, received ""'],
      [["thumb,*", "a/"], 'presets: expected one of thumb, card, received "*"'],
      [["thumb", "../"], `${sources} "../"`],
      [["thumb", "/"], `${sources} "/"`],
      [["thumb", "a/", ""], `${sources} ""`],
      [
        ["thumb", "x".repeat(850), "y".repeat(850), "z".repeat(850), "w".repeat(850)],
        "grant: expected a token of at most 4096 characters, received",
      ],
    ];
    for (const [args, message] of refusals) {
      const { exitCode, out, err } = await imgseal("grant", ...args, ...setUp());
      expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
      expect(err.startsWith(`imgseal: ${message}`), err).toBe(true);
      expect(err.trim().split("\n")).toHaveLength(1);
    }
    const endless = await imgseal("grant", "thumb", "a/", "--expires", "never", ...setUp());
    expect(endless.exitCode).toBe(2);
    expect(endless.err).toContain("A grant has to end.");
  });
});
