import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createSigner, type SignerOptions } from "../../sdk/index.ts";
import type { PresetTable } from "../../src/presets/table.ts";
import { parseQuantity } from "../../src/presets/units.ts";
import { authorise } from "../../src/urls/authorise.ts";
import { sourceKeys } from "../urls/arbitraries.ts";
import { keys, parseTarget, table, vectors } from "../vectors/signed-urls.ts";

const now = vectors.clock;
const base = {
  baseUrl: "https://img.example.com",
  keys: vectors.keys,
  presets: table,
  now: () => now * 1_000 + 999,
} satisfies SignerOptions;
const signer = createSigner(base);

const withSigning = (signing: PresetTable["signing"], nowSeconds = now) =>
  createSigner({ ...base, presets: { ...table, signing }, now: () => nowSeconds * 1_000 });

const targetOf = (url: string) => url.replace("https://img.example.com", "");
const expiryOf = (url: string) => parseTarget(targetOf(url)).exp ?? Number.NaN;

test("signs what the vectors sign, and hints at the revision", async () => {
  expect(await signer.url("thumb", "photos/cat.jpg")).toBe(
    "https://img.example.com/thumb/photos/cat.jpg?kid=demo-1&sig=H6PvGJIfa1GmMGi4swL3H0dydt1zF1k5L4Mu_IPLZv8&rev=3f9a1c",
  );
});

test("puts every option where the contract wants it", async () => {
  const url = await signer.url("banner", "a b.jpg", {
    expiresIn: "1h",
    version: "7f3a",
    width: 960,
    format: "webp",
  });
  expect(url).toMatch(
    /^https:\/\/img\.example\.com\/banner\/a%20b\.jpg\?exp=\d+&ver=7f3a&kid=demo-1&sig=[\w-]{43}&w=960&fm=webp&rev=b81d44$/,
  );
  expect(await signer.url("card", "a.jpg", { dpr: 1.5 })).toMatch(/&dpr=1\.5&rev=9c02d1$/);
});

test("the edge accepts whatever it signs", async () => {
  const lifetimes = fc.integer({ min: 1, max: 40 * 86_400 });
  await fc.assert(
    fc.asyncProperty(sourceKeys, lifetimes, fc.boolean(), async (source, expiresIn, isCapped) => {
      const signing = { requireExpiry: true, ...(isCapped && { maxLifetimeSeconds: expiresIn }) };
      const url = await withSigning(signing).url("thumb", source, { expiresIn });
      const parsed = parseTarget(targetOf(url));
      expect(parsed).toMatchObject({ preset: "thumb", source });
      expect(() => authorise(parsed, { ...table, signing }, { keys, nowSeconds: now })).not.toThrow();
    }),
  );
});

test("signs with the first key of the set and takes an origin with a trailing slash", async () => {
  const url = await createSigner({
    ...base,
    baseUrl: "http://127.0.0.1:8787/",
    keys: { keys: [...vectors.keys.keys].reverse() },
  }).url("thumb", "photos/cat.jpg");
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:8787\/thumb\/photos\/cat\.jpg\?kid=demo-2&sig=/);
});

describe("exact expiries", () => {
  const exactly = async (expiresAt: Date, maxLifetimeSeconds?: number) =>
    expiryOf(
      await withSigning({
        requireExpiry: true,
        ...(maxLifetimeSeconds !== undefined && { maxLifetimeSeconds }),
      }).url("thumb", "a.jpg", { expiresAt }),
    );
  const inSeconds = (seconds: number) => new Date((now + seconds) * 1_000);

  test("are kept to the second", async () => {
    expect(await exactly(inSeconds(1))).toBe(now + 1);
    expect(await exactly(inSeconds(3_601), 3_601)).toBe(now + 3_601);
    expect(await exactly(new Date("2033-05-18T03:33:20.999Z"))).toBe(2_000_000_000);
  });

  test("are refused when they are past, too far ahead, no date, or beside a lifetime", async () => {
    const rejects = (expiry: Promise<unknown>, message: string) =>
      expect(expiry).rejects.toThrow(new TypeError(message));
    const future = "expiresAt: expected a Date in the future";
    await rejects(exactly(inSeconds(0)), `${future}, received "${inSeconds(0).toISOString()}"`);
    await rejects(
      exactly(inSeconds(61), 60),
      `${future}, at most 60 seconds ahead, received "${inSeconds(61).toISOString()}"`,
    );
    await rejects(exactly(new Date(Number.NaN)), `${future}, received an object`);
    await rejects(exactly(new Date(8.64e15)), `${future}, received "+275760-09-13T00:00:00.000Z"`);
    await rejects(
      signer.url("thumb", "a.jpg", { expiresIn: "1h", expiresAt: inSeconds(60) }),
      "expiresAt: expected none beside expiresIn, received an object",
    );
  });
});

describe("expiries", () => {
  const at = async (nowSeconds: number, expiresIn: number | string, maxLifetimeSeconds?: number) =>
    expiryOf(
      await withSigning(
        { requireExpiry: false, ...(maxLifetimeSeconds !== undefined && { maxLifetimeSeconds }) },
        nowSeconds,
      ).url("thumb", "a.jpg", { expiresIn }),
    );

  test("are rounded up to an eighth of the lifetime", async () => {
    // 1,800,000,000 is a multiple of 450, an eighth of an hour.
    expect(await at(now, "1h")).toBe(now + 3_600);
    expect(await at(now + 1, "1h")).toBe(now + 4_050);
    expect(await at(now + 450, 3_600)).toBe(now + 4_050);
    expect(await at(now + 451, "60m")).toBe(now + 4_500);
  });

  test("are written as in presets.yaml and on the command line", async () => {
    const spellings = fc.tuple(fc.integer({ min: 1, max: 9_999 }), fc.constantFrom("", ".5", ".25"));
    const units = fc.constantFrom("s", "m", "h", "d", "y");
    await fc.assert(
      fc.asyncProperty(spellings, units, async ([whole, decimals], unit) => {
        const written = `${whole}${decimals}${unit}`;
        const seconds = parseQuantity("seconds", written);
        if (seconds === undefined) await expect(at(now, written)).rejects.toThrow("expiresIn: expected");
        else expect(await at(now, written)).toBe(await at(now, seconds));
      }),
    );
    expect(await at(now, "1.5h")).toBe(await at(now, 5_400));
    await expect(at(now, "1.5s")).rejects.toThrow('received "1.5s"');
  });

  test("are rounded up to at least 60 s", async () => {
    expect(await at(now, 10)).toBe(now + 60);
    expect(await at(now + 50, "10s")).toBe(now + 60);
    expect(await at(now + 51, 10)).toBe(now + 120);
  });

  test("never pass the longest lifetime, and still stay the same for a while", async () => {
    expect(await at(now + 449, 3_600, 3_600)).toBe(now + 3_600);
    expect(await at(now + 1, 3_600, 3_600)).toBe(now + 3_600);
    expect(await at(now, 3_600, 3_600)).toBe(now + 3_600);
    expect(await at(now + 1, 3_600, 5_000)).toBe(now + 4_050);
  });

  test("lie at least the lifetime ahead, or 7/8 of it where the longest lifetime leaves no room", async () => {
    const seconds = fc.integer({ min: 1, max: 3_000_000 });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: now, max: 2 * now }),
        seconds,
        seconds,
        async (instant, one, other) => {
          const [lifetime, longest] = one < other ? [one, other] : [other, one];
          const ahead = (await at(instant, lifetime, longest)) - instant;
          expect(ahead).toBeLessThanOrEqual(longest);
          expect(ahead).toBeGreaterThan(0);
          expect(ahead).toBeGreaterThanOrEqual((lifetime * 7) / 8);
          const free = (await at(instant, lifetime)) - instant;
          expect(free).toBeGreaterThanOrEqual(lifetime);
          expect(free).toBeLessThan(lifetime + Math.max(60, lifetime / 8));
        },
      ),
    );
  });

  test("make byte-identical URLs within a window", async () => {
    const urls = new Set<string>();
    for (let second = 1; second <= 450; second++) {
      urls.add(
        await withSigning({ requireExpiry: true }, now + second).url("thumb", "a.jpg", { expiresIn: "1h" }),
      );
    }
    expect(urls.size).toBe(1);
  });

  test.each([
    ["90s", 90],
    ["15m", 900],
    ["1h", 3_600],
    ["7d", 604_800],
    ["1y", 31_536_000],
  ])("read %s as %i seconds", async (text, seconds) => {
    expect(await at(now, text)).toBe(await at(now, seconds));
  });
});

describe("misuse of url", () => {
  const lifetime = 'whole seconds above 0, or a text such as "90s", "15m", "1h", "7d"';
  const options = "options: expected one of expiresIn, expiresAt, version, width, dpr, format";

  test.each<[string, string, object, string]>([
    [
      "thum",
      "a",
      {},
      'preset: expected one of thumb, banner, card, og, facts (did you mean "thumb"?), received "thum"',
    ],
    [
      "constructor",
      "a",
      {},
      'preset: expected one of thumb, banner, card, og, facts, received "constructor"',
    ],
    [
      "thumb",
      "/a",
      {},
      'source: expected a path without a leading slash, empty, "." and ".." segments, received "/a"',
    ],
    [
      "thumb",
      "a\ud800",
      {},
      'source: expected a text without control characters, backslashes and lone surrogates, received "a\\ud800"',
    ],
    ["thumb", "a", { expiresIn: 0 }, `expiresIn: expected ${lifetime}, received 0`],
    ["thumb", "a", { expiresIn: 1.5 }, `expiresIn: expected ${lifetime}, received 1.5`],
    ["thumb", "a", { expiresIn: Number.NaN }, `expiresIn: expected ${lifetime}, received NaN`],
    ["thumb", "a", { expiresIn: Infinity }, `expiresIn: expected ${lifetime}, received Infinity`],
    [
      "thumb",
      "a",
      { expiresIn: 1e12 },
      "expiresIn: expected at most 499999999999 seconds, received 1000000000000",
    ],
    ["thumb", "a", { expiresIn: "1 hour" }, `expiresIn: expected ${lifetime}, received "1 hour"`],
    ["thumb", "a", { expiresIn: "0s" }, `expiresIn: expected ${lifetime}, received "0s"`],
    ["thumb", "a", { expiresIn: "1H" }, `expiresIn: expected ${lifetime}, received "1H"`],
    ["thumb", "a", { expiresIn: "2w" }, `expiresIn: expected ${lifetime}, received "2w"`],
    ["thumb", "a", { expiresIn: null }, `expiresIn: expected ${lifetime}, received null`],
    ["thumb", "a", { expiresin: "1h" }, `${options} (did you mean "expiresIn"?), received "expiresin"`],
    ["thumb", "a", { signature: "x" }, `${options}, received "signature"`],
    [
      "thumb",
      "a",
      { version: "a.b" },
      'version: expected 1 to 64 characters of A-Z a-z 0-9 _ -, received "a.b"',
    ],
    ["thumb", "a", { version: 7 }, "version: expected 1 to 64 characters of A-Z a-z 0-9 _ -, received 7"],
    [
      "banner",
      "a",
      { width: 650 },
      "width: expected one of 640, 960, 1280, 1920 (did you mean 640?), received 650",
    ],
    [
      "banner",
      "a",
      { width: "640" },
      'width: expected one of 640, 960, 1280, 1920 (did you mean 640?), received "640"',
    ],
    [
      "banner",
      "a",
      { dpr: 2 },
      'dpr: expected none, because the preset "banner" declares no dprs, received 2',
    ],
    [
      "thumb",
      "a",
      { width: 64 },
      'width: expected none, because the preset "thumb" declares no widths, received 64',
    ],
    ["card", "a", { dpr: 3 }, "dpr: expected one of 1, 1.5, 2 (did you mean 2?), received 3"],
    [
      "thumb",
      "a",
      { format: "jpg" },
      'format: expected one of avif, webp, jpeg (did you mean "jpeg"?), received "jpg"',
    ],
    ["og", "a", { format: [] }, "format: expected one of jpeg, received an array"],
  ])("%s %j %j is a TypeError", async (preset, source, given, message) => {
    await expect(signer.url(preset, source, given)).rejects.toThrow(new TypeError(message));
  });

  test("a lifetime that is required is asked for", async () => {
    await expect(withSigning({ requireExpiry: true }).url("thumb", "a")).rejects.toThrow(
      new TypeError("expiresIn: expected a lifetime, because an expiry is required, received undefined"),
    );
  });

  test("a lifetime beyond the longest is refused", async () => {
    const capped = withSigning({ requireExpiry: false, maxLifetimeSeconds: 3_600 });
    await expect(capped.url("thumb", "a", { expiresIn: "2h" })).rejects.toThrow(
      new TypeError('expiresIn: expected at most 3600 seconds, received "2h"'),
    );
  });
});

describe("misuse of createSigner", () => {
  const origin =
    'baseUrl: expected an http(s) origin without a path, such as "https://img.example.com", received';

  test.each([
    ["img.example.com", '"img.example.com"'],
    ["https://img.example.com/images", '"https://img.example.com/images"'],
    ["https://img.example.com/?a", '"https://img.example.com/?a"'],
    ["https://img.example.com/?", '"https://img.example.com/?"'],
    ["https://img.example.com/#", '"https://img.example.com/#"'],
    ["https://user:pass@img.example.com", '"https://***@img.example.com"'],
    ["ftp://img.example.com", '"ftp://img.example.com"'],
    ["file:///", '"file:///"'],
    ["", '""'],
  ])("refuses the base URL %j", (baseUrl, received) => {
    expect(() => createSigner({ ...base, baseUrl })).toThrow(new TypeError(`${origin} ${received}`));
  });

  test("refuses presets that were not compiled", () => {
    const expected = "presets: expected a compiled preset table, each preset with its revision and formats";
    const raw: unknown = { version: 1, signing: {}, presets: { thumb: { width: 200 } } };
    for (const presets of [raw, { presets: {} }, { ...table, presets: { thumb: null } }]) {
      expect(() => createSigner({ ...base, presets: presets as PresetTable })).toThrow(
        new TypeError(`${expected}, received an object`),
      );
    }
  });

  test("refuses keys that are none", () => {
    expect(() => createSigner({ ...base, keys: { keys: [] } })).toThrow(
      new TypeError('keys: expected a JWK Set, { "keys": [...] }, with at least one key'),
    );
  });
});
