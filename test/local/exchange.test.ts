import { describe, expect, it } from "vitest";
import { answerRequest } from "../../src/local/exchange.ts";
import { table } from "../fixtures/presets.ts";

describe("a failure that the distribution did not foresee", () => {
  it("is a 500 at the location that was asked, and blamed on no function", async () => {
    const lines: string[] = [];
    const { status, headers, body } = await answerRequest(
      { method: "GET", url: "/thumb/a.jpg?s=secret", headers: {}, clientIp: "203.0.113.178" },
      {
        distribution: {
          pops: ["local-1", "local-2"],
          answer: () => Promise.reject(new Error("a mistake of ours")),
          invalidate: () => {},
        },
        pop: 1,
        cors: table.cors,
        pages: {},
        nowMilliseconds: () => Date.parse("2026-11-23T10:00:00Z"),
        writeLog: (line) => lines.push(line),
      },
    );
    expect([status, headers[headers.indexOf("via") + 1]]).toEqual([500, "1.1 local-2 (imgseal)"]);
    expect(String(body)).not.toContain("a mistake of ours");
    const [logged = "", ...others] = lines;
    expect(others).toEqual([]);
    expect(JSON.parse(logged)).toMatchObject({
      status: 500,
      cache: "Error",
      pop: "local-2",
      outcome: "error",
      code: "INTERNAL",
      message: expect.stringContaining("a mistake of ours"),
    });
    expect(logged).not.toMatch(/origin-response|viewer-request|secret/u);
  });
});
