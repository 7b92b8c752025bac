import { describe, expect, it } from "vitest";
import { addImgsealHeaders, type CacheOutcome } from "../../../src/local/cloudfront/edge-headers.ts";
import { cloudFrontHeaders } from "../../../src/local/cloudfront/index.ts";
import { createEmulator, missing, requestId } from "./emulator.ts";

const host = /^1\.1 ([0-9a-f]{32})\.cloudfront\.net \(CloudFront\)$/u;

describe("the headers of an answer, as CloudFront sends them,", () => {
  it("are those of the answer, and say what the cache did, where, and under which id", async () => {
    const { ask, clock } = createEmulator();
    expect(cloudFrontHeaders(await ask())).toEqual({
      "content-type": "text/plain",
      "content-length": "17",
      etag: '"v1"',
      server: "AmazonS3",
      "x-cache": "Miss from cloudfront",
      via: expect.stringMatching(host),
      "x-amz-cf-pop": "FRA56-P1",
      "x-amz-cf-id": requestId,
    });
    clock.milliseconds += 5_900;
    expect(cloudFrontHeaders(await ask())).toMatchObject({ "x-cache": "Hit from cloudfront", age: "5" });
    clock.milliseconds += 86_400_000;
    expect(cloudFrontHeaders(await ask())).toMatchObject({ "x-cache": "Miss from cloudfront" });
  });

  it.each<[CacheOutcome, Parameters<typeof createEmulator>[0]]>([
    ["Error", { origin: () => missing }],
    ["LambdaGeneratedResponse", { handlers: { "viewer-request": async () => ({ status: "200" }) } }],
    ["LambdaValidationError", { handlers: { "viewer-request": async () => undefined } }],
    ["LambdaExecutionError", { handlers: { "viewer-request": () => Promise.reject(new Error("no")) } }],
  ])("say %s without an age where nothing came from the cache", async (outcome, setting) => {
    const headers = cloudFrontHeaders(await createEmulator(setting).ask());
    expect(headers["x-cache"]).toBe(`${outcome} from cloudfront`);
    expect(headers.age).toBeUndefined();
    expect(headers.via).toMatch(host);
  });

  it("age-of-what-was-kept (assumed): have an age on whatever was kept, from 0, and on an error too", async () => {
    const missed = createEmulator({ origin: () => ({ ...missing, status: 404 }) });
    expect(cloudFrontHeaders(await missed.ask()).age).toBeUndefined();
    expect(cloudFrontHeaders(await missed.ask())).toMatchObject({
      "x-cache": "Error from cloudfront",
      age: "0",
    });
    const found = createEmulator();
    await found.ask();
    expect(cloudFrontHeaders(await found.ask())).toMatchObject({
      "x-cache": "Hit from cloudfront",
      age: "0",
    });
    const slow = createEmulator({
      origin: () => ({ ...missing, status: 404 }),
      description: { customErrorResponses: [] },
    });
    await slow.ask();
    slow.clock.milliseconds += 5_000;
    expect(cloudFrontHeaders(await slow.ask())).toMatchObject({
      "x-cache": "Error from cloudfront",
      age: "5",
    });
  });

  it("name one host for each location in via", async () => {
    const { ask } = createEmulator({ options: { pops: ["FRA56-P1", "NRT57-C1"] } });
    const vias = [];
    for (const pop of [0, 0, 1]) vias.push(cloudFrontHeaders(await ask("/a", {}, pop)).via);
    expect(vias[0]).toBe(vias[1]);
    expect(vias[0]).not.toBe(vias[2]);
  });

  it("keep what the origin said in via, in front", async () => {
    const origin = () => ({ status: 200, headers: { via: "1.1 varnish" }, body: Buffer.from("a") });
    const { via } = cloudFrontHeaders(await createEmulator({ origin }).ask());
    expect(via).toMatch(/^1\.1 varnish, 1\.1 [0-9a-f]{32}\.cloudfront\.net \(CloudFront\)$/u);
  });

  it("leave the answer's own as they are", async () => {
    const { ask } = createEmulator();
    const answer = await ask();
    cloudFrontHeaders(answer)["content-type"] = "text/html";
    expect((await ask()).headers["content-type"]).toBe("text/plain");
  });
});

describe("the headers of the local server", () => {
  const served = { headers: {}, ageSeconds: 5, requestId: "abc==", pop: "local-2" };
  const flat = (cacheOutcome: CacheOutcome) => {
    const headers = ["etag", '"v1"'];
    const fromLayer = cacheOutcome === "RefreshHit" || cacheOutcome === "Error" ? "local-2" : undefined;
    addImgsealHeaders(headers, { ...served, cacheOutcome, fromLayer });
    return headers;
  };

  it.each<[CacheOutcome, string[]]>([
    ["Error", ["x-cache", "Error from imgseal", "age", "5", "via", "1.1 local-2 (imgseal)"]],
    ["RefreshHit", ["x-cache", "RefreshHit from imgseal", "age", "5", "via", "1.1 local-2 (imgseal)"]],
    ["Miss", ["x-cache", "Miss from imgseal", "via", "1.1 local-2 (imgseal)"]],
    [
      "LambdaValidationError",
      ["x-cache", "LambdaValidationError from imgseal", "via", "1.1 local-2 (imgseal)"],
    ],
  ])("say %s under imgseal's name, and where, and nothing that is CloudFront's", (outcome, added) => {
    expect(flat(outcome)).toEqual(["etag", '"v1"', ...added]);
  });
});
