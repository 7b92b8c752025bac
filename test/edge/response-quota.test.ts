import { describe, expect, it } from "vitest";
import { fitsGeneratedResponse, generatedResponseBytes } from "../../src/edge/response-quota.ts";

describe("fitsGeneratedResponse", () => {
  it("lets the largest byte budget of a preset through", () => {
    expect(fitsGeneratedResponse({ "content-type": "image/webp" }, Buffer.alloc(780_000))).toBe(true);
  });

  it("counts base64 text as it is", () => {
    expect(fitsGeneratedResponse({}, Buffer.alloc((generatedResponseBytes / 4) * 3))).toBe(false);
  });

  it("counts headers too", () => {
    const body = Buffer.alloc(785_000);
    expect(fitsGeneratedResponse({}, body)).toBe(true);
    expect(fitsGeneratedResponse({ "content-disposition": "x".repeat(2_000) }, body)).toBe(false);
  });
});
