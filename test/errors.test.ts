import { describe, expect, it } from "vitest";
import { type ErrorCode, errorRow, errorTable, ImgsealError } from "../src/errors.ts";

const codes = Object.keys(errorTable) as ErrorCode[];

describe("the error table", () => {
  it("lets all 403 read alike and never be kept", () => {
    const rows = codes.map(errorRow).filter(({ status }) => status === 403);
    expect(rows.length).toBeGreaterThan(1);
    expect(new Set(rows.map((row) => JSON.stringify(row)))).toEqual(
      new Set([JSON.stringify({ status: 403, publicMessage: "Forbidden", maxAgeSeconds: 0 })]),
    );
  });

  it("tells when to come back exactly with 503", () => {
    for (const code of codes) {
      expect(errorRow(code).retryAfterSeconds !== undefined, code).toBe(errorRow(code).status === 503);
    }
  });

  it("never uses 422, which CloudFront does not keep however often it is told", () => {
    expect(codes.filter((code) => (errorRow(code).status as number) === 422)).toEqual([]);
  });
});

describe("ImgsealError", () => {
  it("carries its code, its message and its cause", () => {
    const cause = new Error("the disk is full");
    const error = new ImgsealError("STORE_UNAVAILABLE", "cannot write", { cause });
    expect(error).toMatchObject({
      name: "ImgsealError",
      code: "STORE_UNAVAILABLE",
      message: "cannot write",
      cause,
    });
    expect(error).toBeInstanceOf(Error);
  });

  it("has a stack for what is our failure and none for what a viewer did, and leaves other errors theirs", () => {
    expect(new ImgsealError("RENDER_FAILED", "x").stack).toContain("errors.test.ts");
    expect(new ImgsealError("SIGNATURE_INVALID", "x").stack).not.toContain("errors.test.ts");
    expect(new Error("x").stack).toContain("errors.test.ts");
  });
});
