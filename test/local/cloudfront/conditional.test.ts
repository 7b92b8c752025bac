import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerViewer } from "../../../src/local/cloudfront/conditional.ts";

const answer = {
  status: 200,
  headers: { "content-type": "image/webp", etag: '"abc"', "last-modified": "Mon, 23 Nov 2026 09:00:00 GMT" },
  body: Buffer.from("0123456789"),
};

function view(
  { method = "GET", ifNoneMatch, ifModifiedSince, ifRange, range }: Readonly<Record<string, string>>,
  given = answer,
) {
  const headers = {
    ...(ifNoneMatch !== undefined && { "if-none-match": ifNoneMatch }),
    ...(ifModifiedSince !== undefined && { "if-modified-since": ifModifiedSince }),
    ...(ifRange !== undefined && { "if-range": ifRange }),
    ...(range !== undefined && { range }),
  };
  return answerViewer(given, { method, headers, areRangesServed: true });
}

describe("a conditional request", () => {
  it.each(['"abc"', 'W/"abc"', '"x", "abc"', "*", ' "abc" '])(
    "is 304 for If-None-Match: %s",
    (ifNoneMatch) => {
      const { status, headers, body } = view({ ifNoneMatch });
      expect(status).toBe(304);
      expect(headers).toEqual({ etag: '"abc"', "last-modified": answer.headers["last-modified"] });
      expect(body).toBeUndefined();
    },
  );

  it("is 200 for another tag, even when the date would match", () => {
    const since = "Mon, 23 Nov 2026 09:00:00 GMT";
    expect(view({ ifNoneMatch: '"other"', ifModifiedSince: since }).status).toBe(200);
  });

  it("is 304 for a date not before the last change", () => {
    expect(view({ ifModifiedSince: "Mon, 23 Nov 2026 09:00:00 GMT" }).status).toBe(304);
    expect(view({ ifModifiedSince: "Mon, 23 Nov 2026 08:59:59 GMT" }).status).toBe(200);
    expect(view({ ifModifiedSince: "yesterday" }).status).toBe(200);
  });

  it("leaves errors alone", () => {
    expect(view({ ifNoneMatch: "*" }, { ...answer, status: 404 }).status).toBe(404);
  });
});

describe("a range request", () => {
  it.each([
    ["bytes=0-3", "0123", "bytes 0-3/10"],
    ["bytes=4-", "456789", "bytes 4-9/10"],
    ["bytes=-3", "789", "bytes 7-9/10"],
    ["bytes=-99", "0123456789", "bytes 0-9/10"],
    ["bytes=8-99", "89", "bytes 8-9/10"],
  ])("%s gets 206 with %s", (range, text, contentRange) => {
    const { status, headers, body } = view({ range });
    expect(status).toBe(206);
    expect(body?.toString()).toBe(text);
    expect(headers).toMatchObject({ "content-range": contentRange, "content-length": String(text.length) });
  });

  it.each(["bytes=10-", "bytes=99-100", "bytes=-0"])("%s cannot be satisfied", (range) => {
    expect(view({ range })).toEqual({
      status: 416,
      headers: { "content-range": "bytes */10" },
      body: undefined,
    });
  });

  it.each(["bytes=5-2", "bytes=-", "bytes=0-1,3-4", "lines=0-1", "bytes=a-b", ""])(
    "%s is ignored",
    (range) => {
      expect(view({ range }).status).toBe(200);
    },
  );

  it("is ignored when If-Range names another version", () => {
    expect(view({ range: "bytes=0-3", ifRange: '"other"' }).status).toBe(200);
    expect(view({ range: "bytes=0-3", ifRange: '"abc"' }).status).toBe(206);
  });

  it("is ignored on a generated answer", () => {
    const { status } = answerViewer(answer, {
      method: "GET",
      headers: { range: "bytes=0-3" },
      areRangesServed: false,
    });
    expect(status).toBe(200);
  });

  it("is ignored for HEAD, which tells GET's length without a body", () => {
    const { status, headers, body } = view({ method: "HEAD", range: "bytes=0-3" });
    expect([status, headers["content-length"], body]).toEqual([200, "10", undefined]);
  });

  it("returns exactly the bytes that it announces, whatever the range", () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), (first, last) => {
        const { status, headers, body } = view({ range: `bytes=${first}-${last}` });
        expect([200, 206, 416]).toContain(status);
        if (status !== 206) return;
        expect(headers["content-length"]).toBe(String(body?.length));
        expect(body?.toString()).toBe(answer.body.toString().slice(first, last + 1));
      }),
    );
  });
});
