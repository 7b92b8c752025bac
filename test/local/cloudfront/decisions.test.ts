import { describe, expect, it } from "vitest";
import { createDecisions, type Decision } from "../../../src/local/cloudfront/decisions.ts";
import type { ReceivedRequest } from "../../../src/local/cloudfront/events.ts";

const decision: Decision = { canonicalPath: "/a.jpg/thumb.3f9a1c20b4d7.webp", logged: [] };

function viewer(changes: Partial<ReceivedRequest> = {}): ReceivedRequest {
  return {
    id: "1",
    method: "GET",
    path: "/thumb/a.jpg",
    queryString: "exp=1800000000&kid=demo-1&sig=x",
    headers: { accept: "image/webp" },
    clientIp: "127.0.0.1",
    ...changes,
  };
}

describe("what viewer-request decided", () => {
  it("is recalled within the second, and for every client", () => {
    let now = 1_799_999_999_000;
    const decisions = createDecisions(() => now);
    decisions.remember(viewer(), decision, now);
    now += 999;
    expect(decisions.recall(viewer({ id: "2", clientIp: "192.0.2.1" }))).toBe(decision);
  });

  it.each([
    ["begins, in which the URL expires", 1],
    ["is one of an hour later", 3_600_000],
    ["is an earlier one, after the clock was set back", -1],
  ])("is forgotten when another second %s", (_case, milliseconds) => {
    let now = milliseconds < 0 ? 1_799_999_999_000 : 1_799_999_999_999;
    const decisions = createDecisions(() => now);
    decisions.remember(viewer(), decision, now);
    now += milliseconds;
    expect(decisions.recall(viewer())).toBeUndefined();
  });

  it("stays forgotten when the clock comes back to its second", () => {
    let now = 1_799_999_999_000;
    const decisions = createDecisions(() => now);
    decisions.remember(viewer(), decision, now);
    now += 1_000;
    decisions.recall(viewer());
    now -= 1_000;
    expect(decisions.recall(viewer())).toBeUndefined();
  });

  it("is not kept when the second ended while it was decided", () => {
    const asked = 1_799_999_999_999;
    let now = asked;
    const decisions = createDecisions(() => now);
    decisions.recall(viewer());
    now += 1;
    // Another request of the new second comes in between.
    decisions.recall(viewer({ path: "/thumb/b.jpg" }));
    decisions.remember(viewer(), decision, asked);
    expect(decisions.recall(viewer())).toBeUndefined();
  });

  it.each<[string, Partial<ReceivedRequest>]>([
    ["method", { method: "HEAD" }],
    ["path", { path: "/thumb/b.jpg" }],
    ["spelling of the path", { path: "/thumb/%61.jpg" }],
    ["query", { queryString: "exp=1800000000&kid=demo-1&sig=y" }],
    ["order of the query", { queryString: "kid=demo-1&exp=1800000000&sig=x" }],
    ["Accept header", { headers: { accept: "image/avif" } }],
    ["Accept header, which is missing", { headers: {} }],
  ])("is not recalled for another %s", (_name, changes) => {
    const decisions = createDecisions(() => 0);
    decisions.remember(viewer(), decision, 0);
    expect(decisions.recall(viewer(changes))).toBeUndefined();
  });

  it("is kept of the first 5,000 URLs of a second, and again in the next one", () => {
    let now = 0;
    const decisions = createDecisions(() => now);
    const numbered = (index: number) => viewer({ path: `/thumb/${index}.jpg` });
    for (const second of [1, 2]) {
      now = second * 1_000;
      for (let index = 0; index < 5_001; index++) decisions.remember(numbered(index), decision, now);
      expect(decisions.recall(numbered(0))).toBe(decision);
      expect(decisions.recall(numbered(4_999))).toBe(decision);
      expect(decisions.recall(numbered(5_000))).toBeUndefined();
    }
  });

  it("is not kept for a request whose own size would fill the memory", () => {
    const decisions = createDecisions(() => 0);
    const large = viewer({ headers: { accept: "image/webp,".repeat(200) } });
    decisions.remember(large, decision, 0);
    expect(decisions.recall(large)).toBeUndefined();
  });
});
