import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compilePresets } from "../../src/presets/compile.ts";
import { parsePresets } from "../../src/presets/parse.ts";
import { lookup } from "../../src/presets/table.ts";
import { presetOf, tableOf } from "./read.ts";

const shipped = compilePresets(
  parsePresets(readFileSync(new URL("../../presets.yaml", import.meta.url), "utf8"), "presets.yaml"),
);

test("fills every gap of an empty preset", () => {
  expect(presetOf({})).toStrictEqual({
    name: "only",
    revision: expect.stringMatching(/^[0-9a-f]{12}$/),
    access: "signed",
    sources: [],
    fit: "cover",
    position: "centre",
    background: "#ffffffff",
    withoutEnlargement: true,
    formats: ["avif", "webp", "jpeg"],
    quality: { avif: 50, webp: 80, jpeg: 80 },
    minQuality: 40,
    effort: { avif: 2, webp: 4 },
    lossless: false,
    progressive: false,
    maxBytes: 750_000,
    overflow: "redirect",
    metadata: "strip",
    cache: { maxAgeSeconds: 86_400 },
    download: false,
  });
});

test("fills every gap of the settings", () => {
  const { signing, limits, cors } = tableOf({ only: {} });
  expect({ signing, limits, cors }).toStrictEqual({
    signing: { requireExpiry: false },
    limits: {
      sourceBytes: 50_000_000,
      sourcePixels: 100_000_000,
      sourceFrames: 1000,
      renderSeconds: 20,
    },
    cors: { origins: [] },
  });
});

test("takes over every setting that is stated", () => {
  const { signing, limits, cors } = tableOf(
    { only: {} },
    {
      signing: { requireExpiry: true, maxLifetime: "7d" },
      limits: { sourceBytes: "10MB", sourcePixels: "20MP", sourceFrames: 1, renderTime: 15 },
      cors: { origins: ["https://www.example.com", "http://localhost:3000"] },
    },
  );
  expect({ signing, limits, cors }).toStrictEqual({
    signing: { requireExpiry: true, maxLifetimeSeconds: 604_800 },
    limits: { sourceBytes: 10_000_000, sourcePixels: 20_000_000, sourceFrames: 1, renderSeconds: 15 },
    cors: { origins: ["https://www.example.com", "http://localhost:3000"] },
  });
});

test("gives one quality and one effort to each format on offer that has one", () => {
  const { quality, effort } = presetOf({
    formats: ["avif", "webp", "gif", "png", "jpeg"],
    overflow: "refuse",
    quality: 70,
    effort: 3,
  });
  expect(quality).toStrictEqual({ avif: 70, webp: 70, jpeg: 70 });
  expect(effort).toStrictEqual({ avif: 3, webp: 3, png: 3, gif: 3 });
  expect(presetOf({ quality: { webp: 70 }, effort: { avif: 0 } })).toMatchObject({
    quality: { avif: 50, webp: 70, jpeg: 80 },
    effort: { avif: 0, webp: 4 },
  });
  expect(presetOf({ formats: ["png"], overflow: "refuse" })).toMatchObject({
    quality: {},
    effort: { png: 7 },
  });
});

test("keeps a minQuality that nobody states under every quality", () => {
  expect(presetOf({ quality: 25 }).minQuality).toBe(25);
  expect(presetOf({ quality: { avif: 30 } }).minQuality).toBe(30);
  expect(presetOf({ quality: 25, minQuality: 10 }).minQuality).toBe(10);
});

test("sorts widths and dprs", () => {
  expect(presetOf({ widths: [1280, 640, 960] }).widths).toEqual([640, 960, 1280]);
  expect(presetOf({ width: 9, dprs: [2, 1.5, 1] }).dprs).toEqual([1, 1.5, 2]);
});

test("takes a box for the proportions of widths", () => {
  expect(presetOf({ widths: [200, 400], width: 400, height: 300 }).aspectRatio).toBe(4 / 3);
  expect(presetOf({ width: 400, height: 300 }).aspectRatio).toBeUndefined();
  expect(presetOf({ width: 400, aspectRatio: "4:3" }).aspectRatio).toBe(4 / 3);
  expect(presetOf({ width: 400, aspectRatio: 1.5 }).aspectRatio).toBe(1.5);
});

test.each([
  ["#fff", "#ffffffff"],
  ["#Ab0", "#aabb00ff"],
  ["#AABB00", "#aabb00ff"],
  ["#aabb0080", "#aabb0080"],
  ["white", "#ffffffff"],
  ["black", "#000000ff"],
  ["transparent", "#00000000"],
])("holds the background %s as %s", (written, held) => {
  expect(presetOf({ background: written }).background).toBe(held);
});

test.each([
  ["center", "centre"],
  ["top", "north"],
  ["right top", "northeast"],
  ["left", "west"],
  ["southwest", "southwest"],
  ["attention", "attention"],
])("holds the position %s as %s", (written, held) => {
  expect(presetOf({ position: written }).position).toBe(held);
});

test("takes cache as one lifetime or apart", () => {
  expect(presetOf({ cache: "15m" }).cache).toStrictEqual({ maxAgeSeconds: 900 });
  expect(presetOf({ cache: 0 }).cache).toStrictEqual({ maxAgeSeconds: 0 });
  expect(presetOf({ cache: { edge: "30d" } }).cache).toStrictEqual({
    maxAgeSeconds: 86_400,
    edgeMaxAgeSeconds: 2_592_000,
  });
  expect(presetOf({ cache: { maxAge: "1h", staleWhileRevalidate: 60 } }).cache).toStrictEqual({
    maxAgeSeconds: 3_600,
    staleWhileRevalidateSeconds: 60,
  });
});

test("starts from defaults, then goes along the chain, and replaces options whole", () => {
  const table = tableOf(
    {
      leaf: { extends: "middle", quality: { webp: 60 }, height: 30 },
      middle: { extends: "root", width: 20, description: "of the middle only" },
      root: { width: 10, fit: "inside", quality: { avif: 45, webp: 75 } },
    },
    { defaults: { fit: "fill", cache: "2d", progressive: true } },
  );
  expect(lookup(table, "leaf")).toMatchObject({
    width: 20,
    height: 30,
    fit: "inside",
    progressive: true,
    quality: { avif: 50, webp: 60, jpeg: 80 },
    cache: { maxAgeSeconds: 172_800 },
  });
  expect(lookup(table, "leaf").description).toBeUndefined();
  expect(lookup(table, "middle").description).toBe("of the middle only");
  expect(lookup(table, "leaf")).not.toHaveProperty("extends");
});

test("survives JSON and cannot be changed", () => {
  expect(JSON.parse(JSON.stringify(shipped))).toStrictEqual(shipped);
  const everything: unknown[] = [shipped];
  for (const value of everything) {
    expect(Object.isFrozen(value)).toBe(true);
    if (typeof value === "object" && value !== null) everything.push(...Object.values(value));
  }
  expect(everything.length).toBeGreaterThan(200);
});

test("ships ten presets, among them those that the docs speak of", () => {
  expect(Object.keys(shipped.presets)).toEqual([
    "thumb",
    "card",
    "banner",
    "article",
    "avatar",
    "og",
    "lqip",
    "zoom",
    "logo",
    "full",
  ]);
  expect(lookup(shipped, "thumb")).toMatchObject({
    width: 200,
    height: 150,
    fit: "cover",
    formats: ["webp"],
    quality: { webp: 90 },
  });
  expect(lookup(shipped, "card")).toMatchObject({ formats: ["avif", "webp", "jpeg"], dprs: [1, 2] });
  expect(lookup(shipped, "banner")).toMatchObject({
    formats: ["avif", "webp", "jpeg"],
    widths: [640, 960, 1280, 1920],
  });
  expect(lookup(shipped, "og")).toMatchObject({
    access: "public",
    width: 1200,
    height: 630,
    formats: ["jpeg"],
  });
  expect(lookup(shipped, "lqip").width).toBe(24);
  expect(lookup(shipped, "full")).not.toHaveProperty("width");
});
