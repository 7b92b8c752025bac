import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readResponseResult } from "../../../src/local/cloudfront/response-result.ts";
import { RuleBreach } from "../../../src/local/cloudfront/rule-breach.ts";

function read(body: string): Buffer | undefined {
  const result = { status: "200", headers: {}, body, bodyEncoding: "base64" };
  return readResponseResult(result, { eventType: "origin-response" }).body;
}

function isRefused(body: string): boolean {
  try {
    read(body);
    return false;
  } catch (error) {
    if (error instanceof RuleBreach && error.rule === "body-base64") return true;
    throw error;
  }
}

describe("a base64 body", () => {
  it("is read as the bytes it was written from", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        expect(read(Buffer.from(bytes).toString("base64"))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it("is what base64 writes and nothing that Node's decoder takes besides", () => {
    const nearly = fc.string({ unit: fc.constantFrom(..."AQgwZ9+/-_= \n*é"), maxLength: 12 });
    fc.assert(
      fc.property(nearly, (text) => {
        expect(isRefused(text)).toBe(Buffer.from(text, "base64").toString("base64") !== text);
      }),
      { numRuns: 20_000 },
    );
  });

  it.each([
    ["a bit of the last character that stands for nothing", "QR=="],
    ["no padding", "QQ"],
    ["padding in the middle", "QQ==QUFB"],
    ["a line end", "QUFB\nQUFB"],
    ["the letters of base64url", "-_-_"],
  ])("is refused for %s", (_, text) => {
    expect(() => read(text)).toThrow(`the body has ${text.length} characters and is not base64`);
  });
});
