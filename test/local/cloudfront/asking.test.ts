import { describe, expect, it } from "vitest";
import { createEmulator } from "./emulator.ts";
import { given } from "./rule-cases.ts";

describe("a viewer's request", () => {
  it("may have header names in any case: functions see them in lower case, and Host is Host (RFC 9110 5.1)", async () => {
    let seen: unknown;
    const { ask, asked } = createEmulator({
      handlers: {
        "viewer-request": async (event) => {
          seen = given(event).headers;
          return given(event);
        },
      },
    });
    const answer = await ask("/a", { headers: { Host: "h", ACCEPT: "image/webp", "if-none-match": '"v1"' } });
    expect(seen).toMatchObject({
      host: [{ key: "host", value: "h" }],
      accept: [{ key: "accept", value: "image/webp" }],
    });
    expect(asked[0]?.headers.accept).toBe("image/webp");
    expect([answer.status, answer.logged]).toEqual([304, []]);
  });

  it("may be without a query string", async () => {
    const { distribution } = createEmulator({
      handlers: { "viewer-request": async (event) => given(event) },
    });
    const { status, logged } = await distribution.answer({
      id: "1",
      method: "GET",
      path: "/a",
      headers: {},
      clientIp: "203.0.113.178",
    });
    expect([status, logged]).toEqual([200, []]);
  });

  it.each([
    [
      { path: undefined },
      "expected the viewer's request to have strings, received another: path is undefined",
    ],
    [
      { method: undefined, clientIp: 7 },
      "expected the viewer's request to have strings, received another: method is undefined, clientIp is a number",
    ],
    [
      { queryString: null },
      "expected the viewer's request to have strings, received another: queryString is null",
    ],
    [{ headers: undefined }, "expected headers of the viewer's request to be an object, received undefined"],
    [{ headers: [] }, "expected headers of the viewer's request to be an object, received an array"],
  ])("is refused with %j", async (changes, message) => {
    const { distribution } = createEmulator();
    const viewer = { id: "1", method: "GET", path: "/a", headers: {}, clientIp: "203.0.113.178", ...changes };
    const answered: Promise<unknown> = Reflect.apply(distribution.answer, undefined, [viewer]);
    await expect(answered).rejects.toThrow(new TypeError(message));
  });
});
