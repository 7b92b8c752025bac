import { describe, expect, it } from "vitest";
import type { EventType } from "../../../src/local/cloudfront/description.ts";
import { createEmulator, type Handler, missing, stored } from "./emulator.ts";
import { given } from "./rule-cases.ts";

const notStrict = (event: EventType, handler: Handler, origin = stored) =>
  createEmulator({
    handlers: { [event]: handler },
    origin: () => origin,
    options: { isStrict: false },
  }).ask();

const fresh: Handler = async () => ({
  status: "200",
  headers: { "x-cache": [{ value: "mine" }], "X-Title": [{ key: "X-Other", value: "as written" }] },
  body: "x".repeat(1_100_000),
});

describe("a distribution that is not strict", () => {
  it("lets an answer through and logs each rule that it breaks", async () => {
    const answer = await notStrict("origin-response", fresh, missing);
    expect([answer.status, answer.cacheOutcome, answer.body?.length]).toEqual([200, "Miss", 1_100_000]);
    expect(answer.headers).toMatchObject({ "x-cache": "mine", "x-title": "as written" });
    expect(answer.logged.map((entry) => "rule" in entry && [entry.rule, entry.isLetThrough])).toEqual([
      ["disallowed-header", true],
      ["header-name-case", true],
      ["header-key", true],
      ["read-only-header-deleted", true],
      ["origin-generated-size", true],
    ]);
  });

  it("lets a request through, with what CloudFront would not take from it left as it was", async () => {
    const answer = await notStrict("viewer-request", async (event) => ({
      ...given(event),
      method: "POST",
      clientIp: "192.0.2.1",
      origin: {},
    }));
    expect([answer.status, String(answer.body)]).toEqual([200, "the origin's body"]);
    expect(answer.logged.map((entry) => "rule" in entry && entry.rule)).toEqual([
      "request-method",
      "request-client-ip",
      "origin-at-viewer-request",
    ]);
  });

  it("keeps status and body from viewer-response", async () => {
    const change: Handler = async (event) => ({ ...given(event), status: "418", body: "tea" });
    const answer = await notStrict("viewer-response", change);
    expect([answer.status, String(answer.body)]).toEqual([200, "the origin's body"]);
    expect(answer.logged.map((entry) => "rule" in entry && entry.rule)).toEqual([
      "viewer-response-body",
      "viewer-response-status",
    ]);
  });

  it.each<[string, Handler, number]>([
    ["what is no object", async () => "text", 502],
    ["a status that nobody could send", async () => ({ status: "abc" }), 502],
    [
      "a line break in a header",
      async () => ({ status: "200", headers: { "x-a": [{ value: "a\nb" }] } }),
      502,
    ],
    ["an exception", () => Promise.reject(new Error("no")), 503],
  ])("refuses %s all the same", async (_name, handler, status) => {
    expect((await notStrict("origin-response", handler)).status).toBe(status);
  });
});
