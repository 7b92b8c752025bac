import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { partialContent, selectRanges } from "../../../src/local/cloudfront/ranges.ts";

const bytes = 1000;
const stored = { etag: '"v1"' };

describe("several ranges (RangeGETs)", () => {
  it("are served when they ascend", () => {
    expect(selectRanges({ range: "bytes=0-1, 100-199,-10" }, stored, bytes)).toEqual([
      { first: 0, last: 1 },
      { first: 100, last: 199 },
      { first: 990, last: 999 },
    ]);
  });

  it.each([
    ["do not ascend", "bytes=300-400,100-200"],
    ["overlap", "bytes=100-200,150-250"],
    ["touch at one byte", "bytes=100-200,200-250"],
    ["are not all valid", "bytes=100-200,-"],
    ["are partly negative", "bytes=0-1,-5--3"],
    ["have an empty one", "bytes=0-1,,2-3"],
  ])("are the whole when they %s", (_, range) => {
    expect(selectRanges({ range }, stored, bytes)).toBeUndefined();
  });

  it("ranges-that-do-not-all-exist (assumed): are the whole when one is beyond the end", () => {
    expect(selectRanges({ range: "bytes=0-1,1000-1001" }, stored, bytes)).toBeUndefined();
  });

  it("are the whole when If-Range names another version", () => {
    expect(selectRanges({ range: "bytes=0-1,3-4", "if-range": '"v0"' }, stored, bytes)).toBeUndefined();
  });
});

describe("several-ranges (assumed, as RFC 9110 14.6): multipart/byteranges", () => {
  const body = Buffer.from(Array.from({ length: bytes }, (_, index) => index % 256));
  const headers = { "content-type": "image/webp", etag: '"v1"' };

  /** The parts as a client reads them. */
  function read(content: { readonly headers: Readonly<Record<string, string>>; readonly body: Buffer }) {
    const boundary = /^multipart\/byteranges; boundary="(.+)"$/.exec(
      content.headers["content-type"] ?? "",
    )?.[1];
    const [preamble, ...parts] = content.body.toString("latin1").split(`\r\n--${boundary}`);
    expect([preamble, parts.pop()]).toEqual(["", "--\r\n"]);
    return parts.map((part) => {
      const end = part.indexOf("\r\n\r\n");
      const [first, last] = (/Content-Range: bytes (\d+)-(\d+)\/1000$/.exec(part.slice(0, end)) ?? [])
        .slice(1)
        .map(Number);
      expect(part.slice(0, end)).toContain("\r\nContent-Type: image/webp\r\n");
      return { first, last, data: Buffer.from(part.slice(end + 4), "latin1") };
    });
  }

  it("has each range as it was asked for, and its own length", () => {
    const ascending = fc.uniqueArray(fc.nat(bytes - 1), { minLength: 4, maxLength: 8 }).map((points) => {
      const sorted = points.slice(0, points.length - (points.length % 2)).sort((a, b) => a - b);
      return sorted.flatMap((first, index) => {
        const last = sorted[index + 1];
        return index % 2 === 0 && last !== undefined ? [{ first, last }] : [];
      });
    });
    fc.assert(
      fc.property(ascending, (ranges) => {
        const content = partialContent(headers, body, ranges);
        if (content === undefined) return;
        expect(content.headers["content-length"]).toBe(String(content.body.length));
        expect(content.body.length).toBeLessThan(body.length);
        expect(read(content)).toEqual(
          ranges.map(({ first, last }) => ({ first, last, data: body.subarray(first, last + 1) })),
        );
      }),
    );
  });

  it("is given up for the whole where it would be longer", () => {
    const tiny = Array.from({ length: 100 }, (_, index) => ({ first: index * 2, last: index * 2 }));
    expect(partialContent(headers, body, tiny)).toBeUndefined();
    expect(partialContent(headers, body, tiny.slice(0, 2))).toBeDefined();
  });
});
