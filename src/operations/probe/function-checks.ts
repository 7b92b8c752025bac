/** The checks that take the probe function: under /_probe/ each asks for what that does under its name. */

import type { AssumptionId, Check } from "./checks.ts";
import { type ProbeTools, type Seen, words } from "./probe-tools.ts";
import type { RawReply } from "./raw-request.ts";

const second = 1_000;

// A function at origin-request has 30 s.
const longestSeconds = 28;

const withFunction = (look: (tools: ProbeTools) => Promise<Seen>): Check => ({
  needs: "probe function",
  look,
});

/** The function's result has to be refused with 502. */
const refuses = (id: AssumptionId): Check =>
  withFunction(async ({ ask }) => {
    const reply = await ask(`/_probe/${id}`);
    return { held: reply.status === 502, seen: words(reply) };
  });

export const functionChecks = {
  "request-method": refuses("request-method"),
  "request-client-ip": refuses("request-client-ip"),
  "uri-characters": refuses("uri-characters"),
  "origin-at-viewer-request": refuses("origin-at-viewer-request"),
  "viewer-response-status": refuses("viewer-response-status"),
  "viewer-response-body": refuses("viewer-response-body"),
  "base64-size": refuses("base64-size"),
  "failure-page-not-cached": withFunction(async ({ ask }) => {
    const replies = [
      await ask("/_probe/failure-page-not-cached"),
      await ask("/_probe/failure-page-not-cached"),
    ];
    const [first, again] = replies.map(({ body }) => /Request ID: (\S+)/u.exec(body.toString())?.[1]);
    const isFailure = replies.every(({ status }) => status === 503) && first !== undefined;
    const seen = `${inTurn(...replies)}, ${first === again ? "the same page" : "another page"}`;
    return isFailure ? { held: first !== again, seen } : { seen };
  }),
  "failure-is-not-stale": withFunction(async (tools) => {
    const { first, later, seen } = await expired(tools, "failure-is-not-stale");
    if (first.status !== 200) return { seen };
    return later.status === 503 || isSame(first, later) ? { held: later.status === 503, seen } : { seen };
  }),
  "stale-is-a-refresh-hit": withFunction(async (tools) => {
    const { first, later, seen } = await expired(tools, "stale-is-a-refresh-hit");
    const isStale = first.status === 200 && isSame(first, later);
    return isStale ? { held: later.outcome === "RefreshHit", seen } : { seen };
  }),
  "error-with-max-age-0": withFunction(async ({ ask, runId }) => {
    const target = `/_probe/error-with-max-age-0/${runId}`;
    const [first, again] = [await ask(target), await ask(target)];
    const seen = `${inTurn(first, again)}, ${isSame(first, again) ? "the same answer" : "another answer"}`;
    return first.status === 400 ? { held: isSame(first, again), seen } : { seen };
  }),
  "age-of-what-was-kept": withFunction(async ({ ask, runId }) => {
    const target = `/_probe/age-of-what-was-kept/${runId}`;
    const [first, again] = [await ask(target), await ask(target)];
    const seen = `${inTurn(first, again)}, Age: ${again.headers.age ?? "none"}`;
    // Only what was kept can tell.
    return isSame(first, again) ? { held: again.headers.age !== undefined, seen } : { seen };
  }),
  "unreachable-origin-is-kept": withFunction(async ({ ask, runId }) => {
    const target = `/_probe/unreachable-origin-is-kept/${runId}`;
    const [first, again] = [await ask(target), await ask(target)];
    const seen = `${inTurn(first, again)}, Age: ${again.headers.age ?? "none"}, ${isSame(first, again) ? "the same page" : "another page"}`;
    return first.status === 502
      ? { held: isSame(first, again) || again.headers.age !== undefined, seen }
      : { seen };
  }),
  "range-answered-whole": withFunction(async ({ ask, runId }) => {
    const starts = [0, 10, 20];
    const replies = await Promise.all(
      starts.map((start) =>
        ask(`/_probe/range-answered-whole/${runId}/1`, { range: `bytes=${start}-${start + 9}` }),
      ),
    );
    const seen = `of 3 at once: ${replies.map(words).join(", ")}`;
    const [whole, ...others] = replies.filter(({ status }) => status === 200);
    if (whole === undefined) return { seen };
    const areParts = replies.every(({ status, body }, index) => {
      const start = starts[index] ?? 0;
      return status === 200 || (status === 206 && body.equals(whole.body.subarray(start, start + 10)));
    });
    return { held: areParts && others.every((other) => isSame(other, whole)), seen };
  }),
  "origin-response-on-304": {
    needs: "probe function and _probe/object",
    look: async (tools) => {
      const { first, later } = await expired(tools, "origin-response-on-304");
      const ranAt = (reply: RawReply) => reply.headers["x-imgseal-probe"];
      const seen = `${inTurn(first, later)}, origin-response ran at ${ranAt(later) ?? "none"}`;
      if (first.status !== 200 || ranAt(first) !== "200") {
        return { seen: `${seen}: put any small object at _probe/object in the bucket of that behavior` };
      }
      return later.status === 200 ? { held: ranAt(later) === "304", seen } : { seen };
    },
  },
  "age-behind-origin-shield": {
    needs: "probe function and --second-location",
    look: async ({ ask, askSecond, wait, runId }) => {
      const askThere = needed(askSecond);
      const target = `/_probe/age-behind-origin-shield/${runId}`;
      const here = await ask(target);
      await wait(3 * second);
      const there = await askThere(target);
      // 7 s old, and of 6 s to live; since it came to this location it is 4 s.
      await wait(4 * second);
      const later = await askThere(target);
      const seen = `${inTurn(here, there, later)}, ${isSame(there, later) ? "the same answer" : "another answer"}`;
      if (here.status !== 200 || !isSame(here, there) || isOneLocation(here, there)) {
        return { seen: `${seen}: no other location got it from Origin Shield` };
      }
      return { held: !isSame(there, later), seen };
    },
  },
  "invalidation-by-function-path": {
    needs: "probe function and --invalidate",
    look: async ({ ask, invalidate, runId }) => {
      const purge = needed(invalidate);
      const asked = `/_probe/invalidation-by-function-path/${runId}`;
      const first = await ask(asked);
      await purge(asked);
      const kept = await ask(asked);
      await purge(`/_probe/made/${runId}`);
      const gone = await ask(asked);
      const seen =
        `the viewer's path left ${isSame(first, kept) ? "the same answer" : "another answer"}, ` +
        `the function's ${isSame(kept, gone) ? "the same answer" : "another answer"}`;
      return first.status === 200 ? { held: isSame(first, kept) && !isSame(kept, gone), seen } : { seen };
    },
  },
  "invalidation-under-way": {
    needs: "probe function and --invalidate",
    look: async ({ ask, invalidate, nowMilliseconds, runId }) => {
      const purge = needed(invalidate);
      const started = nowMilliseconds();
      await purge(`/_probe/nothing/${runId}`);
      const takenSeconds = (nowMilliseconds() - started) / second;
      // The answer has to be on its way for longer than that.
      const slowSeconds = Math.min(longestSeconds, Math.ceil(takenSeconds * 1.2) + 2);
      const target = `/_probe/invalidation-under-way/${runId}/${slowSeconds}`;
      let hasArrived = false;
      const arriving = ask(target).finally(() => {
        hasArrived = true;
      });
      await purge(target);
      if (hasArrived) return { seen: `an invalidation took longer than the ${slowSeconds} s of the answer` };
      const first = await arriving;
      const later = await ask(target);
      const seen = `${inTurn(first, later)}, ${isSame(first, later) ? "the same answer" : "another answer"}`;
      return first.status === 200 ? { held: isSame(first, later), seen } : { seen };
    },
  },
} as const satisfies Partial<Record<AssumptionId, Check>>;

/** Asks for what lives one second, and again when it has expired. */
async function expired({ ask, wait, runId }: ProbeTools, id: AssumptionId) {
  const target = `/_probe/${id}/${runId}`;
  const first = await ask(target);
  await wait(2 * second);
  const later = await ask(target);
  return { first, later, seen: inTurn(first, later) };
}

/** Whoever runs the check has seen to it that the tool is there. */
function needed<Tool>(tool: Tool | undefined): Tool {
  if (tool === undefined) throw new TypeError("expected the tool that the check needs");
  return tool;
}

function isSame(one: RawReply, other: RawReply): boolean {
  return one.status === other.status && one.body.equals(other.body);
}

function isOneLocation(one: RawReply, other: RawReply): boolean {
  const [here, there] = [one.headers["x-amz-cf-pop"], other.headers["x-amz-cf-pop"]];
  return here !== undefined && here === there;
}

function inTurn(...replies: readonly RawReply[]): string {
  return replies.map(words).join(", then ");
}
