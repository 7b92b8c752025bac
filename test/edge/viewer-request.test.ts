import type { CloudFrontRequest, CloudFrontResultResponse } from "aws-lambda";
import { beforeEach, describe, expect, it } from "vitest";
import type { LogEntry } from "../../src/edge/log.ts";
import { viewerRequest } from "../../src/edge/viewer-request.ts";
import type { PresetTable } from "../../src/presets/table.ts";
import { formatSignedUrl, type SignedClaims } from "../../src/urls/signed-url.ts";
import { signSync } from "../../src/urls/sync-signature.ts";
import { type RequestChanges, requestId, viewerRequestEvent } from "../fixtures/events.ts";
import { makeTable, table, thumb } from "../fixtures/presets.ts";
import { keys, vectors, table as vectorTable } from "../vectors/signed-urls.ts";

const nowSeconds = vectors.clock;
let logged: LogEntry[] = [];

beforeEach(() => {
  logged = [];
});

function run(target: string, changes: RequestChanges = {}, presets: PresetTable = table) {
  return viewerRequest(viewerRequestEvent(target, changes), {
    table: presets,
    keys,
    nowMilliseconds: () => nowSeconds * 1000,
    log: (entry) => logged.push(entry),
  });
}

async function rewritten(
  target: string,
  changes?: RequestChanges,
  presets?: PresetTable,
): Promise<CloudFrontRequest> {
  const result = await run(target, changes, presets);
  if (!result || !("uri" in result))
    throw new Error(`expected a request, received ${JSON.stringify(result)}`);
  return result;
}

async function answered(
  target: string,
  changes?: RequestChanges,
  presets?: PresetTable,
): Promise<CloudFrontResultResponse> {
  const result = await run(target, changes, presets);
  if (!result || "uri" in result) throw new Error(`expected an answer, received ${JSON.stringify(result)}`);
  return result;
}

function header(answer: CloudFrontResultResponse, name: string): string | undefined {
  return answer.headers?.[name]?.[0]?.value;
}

function signed(claims: SignedClaims): string {
  const [key] = keys.keys;
  if (key === undefined) throw new Error("the vectors have a key");
  return formatSignedUrl(signSync(claims, key));
}

describe("a rightly signed request", () => {
  it("is rewritten to the canonical path, its query string emptied and everything else as it came", async () => {
    const target = signed({ preset: "thumb", source: "photos/cat.jpg", exp: nowSeconds + 60 });
    const event = viewerRequestEvent(target).Records[0]?.cf.request;
    expect(await rewritten(target)).toEqual({
      ...event,
      uri: "/photos/cat.jpg/thumb.3f9a1c20b4d7.webp",
      querystring: "",
    });
  });

  it.each(vectors.respelled.targets)(
    "is rewritten to the same path however it is spelled: %s",
    async (target) => {
      const { uri } = await rewritten(target, {}, vectorTable);
      expect(uri).toBe((await rewritten(vectors.respelled.of, {}, vectorTable)).uri);
    },
  );

  it.each(vectors.selected)(
    "gets the variant of the contract: $name",
    async ({ target, accept, canonicalPath }) => {
      const { uri } = await rewritten(target, { headers: { accept: accept ?? "" } }, vectorTable);
      expect(uri).toBe(canonicalPath);
    },
  );

  it("keeps the method HEAD", async () => {
    const request = await rewritten(signed({ preset: "thumb", source: "a.jpg" }), { method: "HEAD" });
    expect(request.method).toBe("HEAD");
  });

  it("does not change the event that it was given", async () => {
    const event = viewerRequestEvent(signed({ preset: "thumb", source: "a.jpg" }));
    const before = structuredClone(event);
    await viewerRequest(event, { table, keys, nowMilliseconds: () => nowSeconds * 1000, log: () => {} });
    expect(event).toEqual(before);
  });

  it("is logged with kid, preset and canonical path, and without its signature", async () => {
    const target = signed({ preset: "thumb", source: "a.jpg" });
    await rewritten(target);
    expect(logged).toEqual([
      {
        handler: "viewer-request",
        id: requestId,
        outcome: "rewritten",
        kid: "demo-1",
        preset: "thumb",
        canonicalPath: "/a.jpg/thumb.3f9a1c20b4d7.webp",
        ms: { total: 0 },
      },
    ]);
    expect(JSON.stringify(logged)).not.toContain(new URLSearchParams(target.split("?")[1]).get("sig"));
  });
});

describe("a refused request", () => {
  it.each(vectors.refused)("is refused as the contract says: $name", async ({ target, code }) => {
    const answer = await answered(target, {}, vectorTable);
    const status =
      { URL_MALFORMED: "400", VARIANT_UNDECLARED: "400", PRESET_UNKNOWN: "404" }[code as string] ?? "403";
    expect(logged.map((entry) => entry.code)).toEqual([code]);
    expect(answer.status).toBe(status);
    expect(header(answer, "cache-control")).toBe("no-store");
  });

  it("shows a reference that the log line has too, and no more than the public words", async () => {
    const answer = await answered("/thumb/a.jpg?kid=demo-1&sig=short");
    expect(answer.body).toBe(`Forbidden\nReference: ${requestId}\n`);
    expect(logged).toMatchObject([
      {
        id: requestId,
        outcome: "refused",
        code: "SIGNATURE_INVALID",
        message: "the signature is not canonical base64url of HS256",
        path: "/thumb/a.jpg",
      },
    ]);
  });

  it.each([
    ["missing", "/thumb/a.jpg"],
    ["forged", "/thumb/a.jpg?kid=demo-1&sig=H6PvGJIfa1GmMGi4swL3H0dydt1zF1k5L4Mu_IPLZv8"],
    ["of an unknown key", "/thumb/a.jpg?kid=nobody&sig=H6PvGJIfa1GmMGi4swL3H0dydt1zF1k5L4Mu_IPLZv8"],
    ["expired", signed({ preset: "thumb", source: "a.jpg", exp: nowSeconds })],
    ["missing, for a preset that does not exist", "/nosuch/a.jpg"],
  ])("reads alike outside whichever way the signature is bad: %s", async (_case, target) => {
    expect(await answered(target)).toEqual({
      status: "403",
      body: `Forbidden\nReference: ${requestId}\n`,
      headers: {
        "content-type": [{ key: "content-type", value: "text/plain; charset=utf-8" }],
        "x-content-type-options": [{ key: "x-content-type-options", value: "nosniff" }],
        "cache-control": [{ key: "cache-control", value: "no-store" }],
      },
    });
  });

  it("is a canonical path typed by hand", async () => {
    const answer = await answered("/photos/cat.jpg/thumb.3f9a1c20b4d7.webp");
    expect(answer.status).toBe("403");
    expect(logged[0]).toMatchObject({ code: "SIGNATURE_MISSING" });
  });

  it("can be read by scripts of every origin with *", async () => {
    const open = makeTable([thumb], { cors: { origins: "*" } });
    expect(header(await answered("/thumb/a.jpg", {}, open), "access-control-allow-origin")).toBe("*");
  });

  it("carries headers that nobody can change for the next viewer", async () => {
    const target = "/thumb/a.jpg";
    const { headers = {} } = await answered(target);
    const before = JSON.stringify(headers);
    const added = { key: "x-added", value: "1" };
    expect(() => Object.assign(headers, { "x-added": [added] })).toThrow(TypeError);
    for (const values of Object.values(headers)) {
      expect(() => values.push(added)).toThrow(TypeError);
      for (const value of values) expect(() => Object.assign(value, added)).toThrow(TypeError);
    }
    expect(JSON.stringify((await answered(target)).headers)).toBe(before);
  });

  it("carries the headers of its own preset table and code", async () => {
    const open = makeTable([thumb], { cors: { origins: "*" } });
    const posted = { method: "POST" };
    for (const _again of [1, 2]) {
      expect(header(await answered("/thumb/a.jpg"), "access-control-allow-origin")).toBeUndefined();
      expect(header(await answered("/thumb/a.jpg", {}, open), "access-control-allow-origin")).toBe("*");
      expect(header(await answered("/thumb/a.jpg"), "allow")).toBeUndefined();
      expect(header(await answered("/thumb/a.jpg", posted), "allow")).toBe("GET, HEAD, OPTIONS");
    }
  });

  it("has no body for HEAD", async () => {
    const answer = await answered("/thumb/a.jpg", { method: "HEAD" });
    expect(answer.status).toBe("403");
    expect(answer.body).toBeUndefined();
  });

  it("is one for a source outside the prefixes of its preset", async () => {
    const answer = await answered(signed({ preset: "archive", source: "photos/cat.jpg" }));
    expect(answer.status).toBe("404");
    expect(header(answer, "cache-control")).toBe("no-store");
    expect(logged[0]).toMatchObject({ code: "SOURCE_NOT_FOUND" });
  });

  it("is an internal error, told to nobody, when something unforeseen is thrown", async () => {
    const broken = {
      ...table,
      presets: {
        thumb: {
          ...thumb,
          get formats(): never {
            throw new RangeError("unforeseen");
          },
        },
      },
    };
    const answer = await answered(signed({ preset: "thumb", source: "a.jpg" }), {}, broken);
    expect(answer).toMatchObject({ status: "500", body: `Internal error\nReference: ${requestId}\n` });
    expect(logged[0]).toMatchObject({ code: "INTERNAL", message: "unforeseen" });
  });
});

describe("a public preset", () => {
  it("needs no signature", async () => {
    expect((await rewritten("/og/a.jpg?utm_source=mail")).uri).toBe("/a.jpg/og.0011223344ff.jpeg");
  });

  it("takes a right signature with a version", async () => {
    const { uri } = await rewritten(signed({ preset: "og", source: "a.jpg", ver: "2" }));
    expect(uri).toBe("/a.jpg/og.0011223344ff.v-2.jpeg");
  });

  it.each(["ver=2", "exp=1900000000", "kid=demo-1", "sig=abc"])(
    "does not believe a claim that nobody signed: %s",
    async (claim) => {
      expect((await answered(`/og/a.jpg?${claim}`)).status).toBe("403");
      expect(logged[0]).toMatchObject({ code: "SIGNATURE_MISSING" });
    },
  );
});

describe("requests that are for no image", () => {
  it.each(["POST", "PUT", "DELETE", "PATCH"])("answers %s with 405 and what is allowed", async (method) => {
    const answer = await answered(signed({ preset: "thumb", source: "a.jpg" }), { method });
    expect(answer.status).toBe("405");
    expect(header(answer, "allow")).toBe("GET, HEAD, OPTIONS");
    expect(header(answer, "cache-control")).toBe("no-store");
    expect(logged[0]).toMatchObject({
      code: "METHOD_NOT_ALLOWED",
      message: `expected the method GET or HEAD, received ${method}`,
    });
  });

  it("answers robots.txt and favicon.ico itself", async () => {
    expect(await answered("/robots.txt")).toMatchObject({ status: "200", body: "User-agent: *\nAllow: /\n" });
    expect(await answered("/favicon.ico")).toMatchObject({ status: "204" });
    expect(logged.map(({ outcome }) => outcome)).toEqual(["answered", "answered"]);
  });

  it.each(["/", "/_health", "/_studio/x", "//", "relative"])(
    "refuses %s, which names no preset",
    async (path) => {
      expect((await answered(path)).status).toBe("400");
      expect(logged[0]).toMatchObject({ code: "URL_MALFORMED" });
    },
  );
});

describe("a CORS preflight", () => {
  const preflight = (origin: string): RequestChanges => ({
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": "GET" },
  });

  it("is granted to every origin with *", async () => {
    const open = makeTable([thumb], { cors: { origins: "*" } });
    const answer = await answered("/thumb/a.jpg", preflight("https://shop.example"), open);
    expect(answer.status).toBe("204");
    expect(header(answer, "access-control-allow-origin")).toBe("*");
    expect(header(answer, "access-control-allow-methods")).toBe("GET, HEAD");
    expect(answer.body).toBeUndefined();
  });

  it("is granted to a listed origin and says that the answer depends on it", async () => {
    const listed = makeTable([thumb], { cors: { origins: ["https://shop.example", "https://app.example"] } });
    const answer = await answered("/thumb/a.jpg", preflight("https://app.example"), listed);
    expect(header(answer, "access-control-allow-origin")).toBe("https://app.example");
    expect(header(answer, "vary")).toBe("Origin");
  });

  it.each([
    ["a strange origin", ["https://shop.example"]],
    ["any origin when none is listed", []],
  ])("is not granted to %s", async (_case, origins) => {
    const answer = await answered(
      "/thumb/a.jpg",
      preflight("https://evil.example"),
      makeTable([thumb], { cors: { origins } }),
    );
    expect(answer.status).toBe("204");
    expect(header(answer, "access-control-allow-origin")).toBeUndefined();
    expect(header(answer, "access-control-allow-methods")).toBeUndefined();
    expect(header(answer, "allow")).toBe("GET, HEAD, OPTIONS");
  });
});
