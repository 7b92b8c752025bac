import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createInvalidations, matchesPath } from "../../../src/local/cloudfront/invalidation.ts";
import { layerPolicy, ok, setUpLayer } from "./layer-requests.ts";

function setUp() {
  let now = 0;
  const invalidated: (readonly string[])[] = [];
  const create = createInvalidations({
    invalidate: (paths) => invalidated.push(paths),
    durationMilliseconds: 10_000,
    nowMilliseconds: () => now,
  });
  return { create, invalidated, pass: (milliseconds: number) => (now += milliseconds) };
}

const wildcards = (count: number) => Array.from({ length: count }, (_, index) => `/${index}/*`);
const files = (count: number) => Array.from({ length: count }, (_, index) => `/${index}`);

describe("a path (invalidation-specifying-objects)", () => {
  it.each([
    ["/photos/*", "/photos/", true],
    ["/photos/*", "/photos/a/b.jpg", true],
    ["/photos/*", "/photos", false],
    ["/photos*", "/photos2/a", true],
    ["/*", "/", true],
    ["/a.jpg", "/a.jpg", true],
    ["/a.jpg", "/A.jpg", false],
    ["/a.jpg", "/a.jpg?w=1", false],
    ["/a.jpg?w=1", "/a.jpg?w=1", true],
    ["/a.jpg*", "/a.jpg?w=1", true],
    ["/a b", "/a%20b", false],
    ["/a%20b", "/a%20b", true],
    ["/a%2Fb", "/a%2fb", false],
  ])("%s names %s: %s", (path, target, expected) => {
    expect(matchesPath(path, target)).toBe(expected);
  });

  it("with a wildcard names exactly what begins with the rest of it", () => {
    fc.assert(
      fc.property(fc.webPath(), fc.webPath(), (path, target) => {
        expect(matchesPath(`${path}*`, target)).toBe(target.startsWith(path));
      }),
    );
  });

  it.each([
    [[], "expected at least one path"],
    [["/a", "b"], 'expected a path that begins with "/", received "b"'],
    [["/a/*/b"], 'expected "*" at the end of the path only, received "/a/*/b"'],
    [[`/${"a".repeat(4000)}`], "expected a path of at most 4000 characters, received 4001"],
  ])("is refused: %#", (paths, message) => {
    const { create, invalidated } = setUp();
    expect(create(paths)).toEqual({ status: 400, errorCode: "InvalidArgument", message });
    expect(invalidated).toEqual([]);
  });
});

describe("the quota of invalidations in progress (InvalidationLimits)", () => {
  it("is 15 wildcards, in one request or in several, until they are complete", () => {
    const { create, invalidated, pass } = setUp();
    expect(create(wildcards(16))).toMatchObject({ errorCode: "TooManyInvalidationsInProgress" });
    expect(create(wildcards(10))).toEqual({ id: "I1", completesAtMilliseconds: 10_000 });
    pass(5_000);
    expect(create(wildcards(5))).toMatchObject({ id: "I2" });
    expect(create(wildcards(1))).toEqual({
      status: 400,
      errorCode: "TooManyInvalidationsInProgress",
      message: "expected at most 15 paths with a wildcard and 3000 without in progress, received 16 and 0",
    });
    pass(5_000);
    expect(create(wildcards(10))).toMatchObject({ id: "I3" });
    expect(invalidated).toHaveLength(3);
  });

  it("is 3,000 files, independent of the wildcards", () => {
    const { create } = setUp();
    expect(create([...files(3_000), ...wildcards(15)])).toMatchObject({ id: "I1" });
    expect(create(files(1))).toMatchObject({ errorCode: "TooManyInvalidationsInProgress" });
  });
});

describe("a layer", () => {
  async function remaining(paths: readonly string[], policy = layerPolicy(), querystrings = [""]) {
    const { layer, ask } = setUpLayer(() => ok("x"), policy);
    const requests = ["/photos/a", "/photos/b", "/other"].flatMap((uri) =>
      querystrings.map((querystring) => ({ uri, querystring })),
    );
    for (const request of requests) await ask(request);
    layer.invalidate(paths);
    const left: string[] = [];
    for (const request of requests) {
      if ((await ask(request)).outcome === "Hit") left.push(`${request.uri}?${request.querystring}`);
    }
    return left;
  }

  it("forgets one file, or all below a path", async () => {
    expect(await remaining(["/photos/a"])).toEqual(["/photos/b?", "/other?"]);
    expect(await remaining(["/photos/*", "/nothing"])).toEqual(["/other?"]);
    expect(await remaining(["/*"])).toEqual([]);
  });

  it("invalidation-by-function-path (assumed): knows the path that the function made, and not the viewer's, so an invalidation names both", async () => {
    const { layer, ask } = setUpLayer(() => ok("x"));
    await ask({ uri: "/en/index.html" });
    layer.invalidate(["/index.html"]);
    expect((await ask({ uri: "/en/index.html" })).outcome).toBe("Hit");
    layer.invalidate(["/index.html", "/en/index.html"]);
    expect((await ask({ uri: "/en/index.html" })).outcome).toBe("Miss");
  });

  it("compares query strings that are in the key, and only those", async () => {
    const byQuery = layerPolicy({ queryStrings: { behavior: "all" } });
    const left = await remaining(["/photos/a", "/photos/b?w=1"], byQuery, ["w=1", "w=2"]);
    expect(left).toEqual(["/photos/a?w=1", "/photos/a?w=2", "/photos/b?w=2", "/other?w=1", "/other?w=2"]);
  });

  it("forgets every version of a path, whatever its headers, cookies and ranges", async () => {
    const varied = layerPolicy({ headers: { behavior: "whitelist", items: ["accept"] } });
    const { layer, ask } = setUpLayer(() => ok("x"), varied);
    await ask({ headers: { accept: "image/webp" } });
    await ask({ headers: { accept: "image/avif" } });
    layer.invalidate(["/a"]);
    expect((await ask({ headers: { accept: "image/webp" } })).outcome).toBe("Miss");
    expect((await ask({ headers: { accept: "image/avif" } })).outcome).toBe("Miss");
  });

  it("invalidation-under-way (assumed): keeps what was under way from the origin, so that a purge has to invalidate twice", async () => {
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const { layer, ask } = setUpLayer(async () => {
      await arrived;
      return ok("old");
    });
    const first = ask();
    layer.invalidate(["/a"]);
    arrive();
    await first;
    expect((await ask()).outcome).toBe("Hit");
  });
});
