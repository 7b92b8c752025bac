import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { acceptsByName } from "../../src/urls/accept.ts";
import { isNegotiated, type SelectablePreset, select } from "../../src/urls/select.ts";

const preset: SelectablePreset = {
  name: "thumb",
  revision: "3f9a1c20b4d7",
  sources: [],
  formats: ["avif", "webp", "jpeg"],
};
const url = { preset: "thumb", source: "photos/cat.jpg" };

describe("accept", () => {
  test.each([
    "image/avif",
    " image/avif ",
    "IMAGE/Avif",
    "image/avif;q=1",
    "image/avif;q=1.000",
    "image/avif;q=0.001",
    "image/avif ; Q=0.5",
    "image/avif;\tq=1\t,x/y",
    "image/avif;level=1",
    "image/avif;level=1;q=0.1;ext=0",
    'image/avif;note="a,b;q=0";q=1',
    'text/plain;note="\\",";q=0,image/avif',
    ",,, image/avif",
    "image/avif;q=0,image/avif",
    "*/*;q=0,image/avif;q=0.1",
  ])("takes %j", (accept) => {
    expect(acceptsByName(accept, "image/avif")).toBe(true);
  });

  test.each([
    "",
    "*/*",
    "image/*",
    "image/avif;q=0",
    "image/avif;q=0.000",
    "image/avif;q=",
    "image/avif;q=2",
    "image/avif;q=-1",
    "image/avif;q=1.1",
    "image/avif;q=0.0001",
    "image/avif;q=1e-1",
    "image/avif;q=yes",
    "image/avifs",
    "ximage/avif",
    "image / avif",
    "image/avif image/webp",
    'text/plain;note=",image/avif,"',
    'text/plain;note="\\",image/avif',
  ])("does not take %j", (accept) => {
    expect(acceptsByName(accept, "image/avif")).toBe(false);
  });

  test("takes any text, and finds a type in whatever list surrounds it", () => {
    const neighbours = fc.array(fc.stringMatching(/^[^",]{0,12}$/), { maxLength: 5 });
    fc.assert(
      fc.property(neighbours, neighbours, (before, after) => {
        expect(acceptsByName([...before, " Image/AVIF ;q=0.3", ...after].join(","), "image/avif")).toBe(true);
      }),
    );
    fc.assert(fc.property(fc.string(), (accept) => typeof acceptsByName(accept, "image/avif") === "boolean"));
  });

  test("reads a hostile header in linear time", () => {
    const units = [
      ",",
      ";",
      '"',
      '"\\',
      "\\",
      "image/avif;",
      "image/avif;q= ",
      ' image/avif;q="',
      "q=",
      "\t",
    ];
    const started = performance.now();
    for (const unit of units) acceptsByName(unit.repeat(200_000), "image/avif");
    // Quadratic time would take minutes here.
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe("formats", () => {
  const format = (formats: SelectablePreset["formats"], accept?: string, fm?: string) =>
    select({ ...preset, formats }, { ...url, ...(fm !== undefined && { fm }) }, accept).format;

  test("prefers in the preset's order, not in the client's", () => {
    expect(format(["avif", "webp", "jpeg"], "image/webp;q=1,image/avif;q=0.1")).toBe("avif");
  });

  test("gives jpeg, png and gif to whoever asks, even against Accept", () => {
    expect(format(["png", "avif"], "image/avif")).toBe("png");
    expect(format(["avif", "gif", "jpeg"], "image/gif;q=0")).toBe("gif");
  });

  test("gives the last one when none is taken", () => {
    expect(format(["avif", "webp"], "*/*")).toBe("webp");
    expect(format(["webp", "avif"])).toBe("avif");
    expect(format(["webp"], "image/webp;q=0")).toBe("webp");
  });

  test.each(["gif", "", "JPEG", "jpg", "toString"])(
    "refuses fm=%s, which the preset does not declare",
    (fm) => {
      expect(() => format(["avif", "jpeg"], "image/avif", fm)).toThrow(
        expect.objectContaining({
          code: "VARIANT_UNDECLARED",
          message: 'expected "fm" to be a format of "thumb": avif, jpeg',
        }),
      );
    },
  );

  test("are negotiated when there is more than one", () => {
    expect(isNegotiated({ formats: ["avif", "jpeg"] })).toBe(true);
    expect(isNegotiated({ formats: ["avif"] })).toBe(false);
  });
});

describe("sizes", () => {
  const banner: SelectablePreset = { ...preset, widths: [640, 1280, 1920] };
  const card: SelectablePreset = { ...preset, dprs: [1, 1.5, 2] };
  const width = (w?: number, own?: number) =>
    select(
      { ...banner, ...(own !== undefined && { width: own }) },
      { ...url, ...(w !== undefined && { w }) },
      "",
    ).width;
  const dpr = (wanted?: number) =>
    select(card, { ...url, ...(wanted !== undefined && { dpr: wanted }) }, "").dpr;

  test("a width snaps up to a declared one, else to the largest", () => {
    expect([1, 640, 641, 1280, 1281, 1920, 1921].map((w) => width(w))).toEqual([
      640, 640, 1280, 1280, 1920, 1920, 1920,
    ]);
  });

  test("no width means the preset's own if it is declared, else the largest", () => {
    expect(width(undefined, 640)).toBe(640);
    expect(width(undefined, 1000)).toBe(1920);
    expect(width()).toBe(1920);
  });

  test("a dpr snaps up, and 1 is not written", () => {
    expect([1, 1.01, 1.5, 1.51, 9].map(dpr)).toEqual([undefined, 1.5, 1.5, 2, 2]);
    expect(dpr()).toBeUndefined();
  });

  test("a selector that the preset does not declare is dropped", () => {
    expect(select(preset, { ...url, w: 640, dpr: 2 }, "")).toEqual(select(preset, url, ""));
    expect(select(banner, { ...url, dpr: 2 }, "")).toEqual(select(banner, url, ""));
    expect(select(card, { ...url, w: 640 }, "")).toEqual(select(card, url, ""));
  });
});

test("names everything that the result depends on, and nothing of the signature", () => {
  const signed = { ...url, exp: 1, ver: "7f3a", kid: "k", sig: "s", w: 1 };
  expect(select({ ...preset, widths: [640] }, signed, "image/webp")).toEqual({
    source: "photos/cat.jpg",
    version: "7f3a",
    preset: "thumb",
    revision: "3f9a1c20b4d7",
    width: 640,
    format: "webp",
  });
});

describe("a preset with sources", () => {
  const served = (sources: readonly string[], source: string) => () =>
    select({ ...preset, sources }, { ...url, source }, undefined);

  test.each([
    [["photos/"], "photos/cat.jpg"],
    [["logos/", "photos/c"], "photos/cat.jpg"],
    [["photos/cat.jpg"], "photos/cat.jpg"],
    [["photos"], "photos-of-2026/cat.jpg"],
    [[], "anything"],
  ])("%j serves %s", (sources, source) => {
    expect(served(sources, source)).not.toThrow();
  });

  test.each([
    [["photos/"], "photos"],
    [["photos/"], "private/photos/cat.jpg"],
    [["photos/"], "Photos/cat.jpg"],
    [["photos/cat.jpg"], "photos/cat.jp"],
  ])("%j does not serve %s", (sources, source) => {
    expect(served(sources, source)).toThrow(
      expect.objectContaining({
        code: "SOURCE_NOT_FOUND",
        message: 'the preset "thumb" does not serve this source',
      }),
    );
  });
});
