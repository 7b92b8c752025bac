/** "Simultaneous requests for the same object (request collapsing)", in RequestAndResponseBehaviorS3Origin. */

import { describe, expect, it } from "vitest";
import type { FetchedAnswer } from "../../../src/local/cloudfront/layer.ts";
import {
  behaviorWith,
  failure,
  layerPolicy,
  ok,
  ourCachePolicy,
  type Sent,
  setUpLayer,
} from "./layer-requests.ts";

/** An origin whose answers come when the test says so, in the order of the requests. */
function setUp(
  policy = layerPolicy(),
  answerTo: (sent: Sent, turn: number) => FetchedAnswer = (_, turn) => ok(`${turn}`),
) {
  const waiting: (() => void)[] = [];
  let turn = 0;
  const all = setUpLayer(async (sent) => {
    turn += 1;
    const mine = turn;
    await new Promise<void>((resolve) => waiting.push(resolve));
    return answerTo(sent, mine);
  }, policy);
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    ...all,
    /** Lets what has been asked so far be answered. */
    async release() {
      await settle();
      for (const resolve of waiting.splice(0)) resolve();
      await settle();
    },
  };
}

describe("simultaneous requests for the same object", () => {
  it("collapsing-with-minimum-0 (assumed: AWS pages disagree): become one request to the origin; the first is a Miss, the others Hits", async () => {
    const { ask, sent, release } = setUp();
    const asked = [ask(), ask(), ask({ method: "HEAD" })];
    await release();
    const answers = await Promise.all(asked);
    expect(answers.map(({ outcome }) => outcome)).toEqual(["Miss", "Hit", "Hit"]);
    expect(answers.map(({ body }) => body.toString())).toEqual(["1", "1", ""]);
    expect(sent).toHaveLength(1);
  });

  it("of other keys are apart", async () => {
    const { ask, sent, release } = setUp();
    const asked = [ask({ uri: "/a" }), ask({ uri: "/b" })];
    await release();
    await Promise.all(asked);
    expect(sent).toHaveLength(2);
  });

  it("share an error, also one that is not kept", async () => {
    const { ask, sent, release } = setUp(layerPolicy(), () => failure(403));
    const asked = [ask(), ask()];
    await release();
    expect((await Promise.all(asked)).map(({ outcome }) => outcome)).toEqual(["Error", "Error"]);
    expect(sent).toHaveLength(1);
  });

  it("share the failure of what is behind", async () => {
    const { ask, release } = setUp(layerPolicy(), () => {
      throw new Error("broken");
    });
    const asked = Promise.allSettled([ask(), ask()]);
    await release();
    expect((await asked).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    const again = expect(ask()).rejects.toThrow("broken");
    await release();
    await again;
  });

  it("each get the condition evaluated that they sent", async () => {
    const { ask, sent, release } = setUp(layerPolicy(), () => ok("x", { etag: '"v1"' }));
    const asked = [
      ask(),
      ask({ headers: { "if-none-match": '"v1"' } }),
      ask({ headers: { "if-none-match": '"v2"' } }),
    ];
    await release();
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 304, 200]);
    expect(sent).toHaveLength(1);
  });
});

describe("what one viewer's request brought does not serve another's", () => {
  it("a HEAD's answer, for GETs, of which one goes on to the origin", async () => {
    const { ask, sent, release } = setUp(layerPolicy(), ({ request }) =>
      ok(request.method === "HEAD" ? "" : "whole"),
    );
    const asked = [ask({ method: "HEAD" }), ask(), ask()];
    await release();
    await release();
    const answers = await Promise.all(asked);
    expect(answers.map(({ body }) => body.toString())).toEqual(["", "whole", "whole"]);
    expect(sent.map(({ request }) => request.method)).toEqual(["HEAD", "GET"]);
  });

  it("a 304 to its own condition", async () => {
    const { ask, sent, release } = setUp(layerPolicy(), ({ conditions }) =>
      "if-none-match" in conditions ? failure(304) : ok("whole"),
    );
    const asked = [ask({ headers: { "if-none-match": '"v1"' } }), ask()];
    await release();
    await release();
    const answers = await Promise.all(asked);
    expect(answers.map(({ status, body }) => [status, body.toString()])).toEqual([
      [304, ""],
      [200, "whole"],
    ]);
    expect(sent).toHaveLength(2);
  });

  it("a part, which those share that asked for the same", async () => {
    const { ask, sent, release } = setUp(layerPolicy(), ({ conditions }) =>
      "range" in conditions ? { ...ok("a"), status: 206 } : ok("whole"),
    );
    const part = { headers: { range: "bytes=0-0" } };
    const asked = [ask(part), ask(), ask(part), ask({ headers: { range: "bytes=1-1" } })];
    await release();
    await release();
    const answers = await Promise.all(asked);
    expect(answers.map(({ body }) => body.toString())).toEqual(["a", "whole", "a", "h"]);
    expect(sent).toHaveLength(2);
  });

  it("range-answered-whole (assumed): but what a Range brought is shared by all when it is the whole, as one generated answer is", async () => {
    const { ask, sent, release } = setUp(layerPolicy(), () => ok("whole"));
    const asked = [1, 2, 3].map((first) => ask({ headers: { range: `bytes=${first}-` } }));
    await release();
    const answers = await Promise.all(asked);
    expect(answers.map(({ body }) => body.toString())).toEqual(["whole", "ole", "le"]);
    expect(sent).toHaveLength(1);
  });
});

describe("requests are not collapsed", () => {
  it.each(["private", "no-store", "no-cache", "max-age=0", "s-maxage=0"])(
    "with a minimum TTL of 0 and %s: those that waited go to the origin, all at once",
    async (cacheControl) => {
      const { ask, sent, release } = setUp(layerPolicy(), (_, turn) =>
        ok(`${turn}`, { "cache-control": cacheControl }),
      );
      const asked = [ask(), ask(), ask()];
      await release();
      expect(sent).toHaveLength(3);
      await release();
      const answers = await Promise.all(asked);
      expect(answers.map(({ outcome, body }) => [outcome, body.toString()])).toEqual([
        ["Miss", "1"],
        ["Miss", "2"],
        ["Miss", "3"],
      ]);
    },
  );

  it.each([
    ["cookies in the cache policy", { ...ourCachePolicy, cookies: { behavior: "all" } as const }, {}],
    [
      "cookies in the origin request policy",
      ourCachePolicy,
      {
        originRequestPolicy: {
          name: "cookies",
          headers: { behavior: "none" },
          cookies: { behavior: "all" },
          queryStrings: { behavior: "none" },
        },
      } as const,
    ],
    ["CachingDisabled", { ...ourCachePolicy, defaultTTL: 0, maxTTL: 0 }, {}],
  ])("with %s", async (_, cachePolicy, changes) => {
    const { ask, sent, release } = setUp(layerPolicy(cachePolicy));
    const behavior = behaviorWith(cachePolicy, changes);
    const asked = [ask({ behavior }), ask({ behavior })];
    await release();
    expect((await Promise.all(asked)).map(({ outcome }) => outcome)).toEqual(["Miss", "Miss"]);
    expect(sent).toHaveLength(2);
  });
});
