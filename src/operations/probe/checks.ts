/** For each assumed rule how it shows from outside, and what that takes. */

import type { AssumedBehaviorId } from "../../local/cloudfront/assumed.ts";
import type { RuleId } from "../../local/cloudfront/rules.ts";
import { functionChecks } from "./function-checks.ts";
import { type ProbeTools, type Seen, words } from "./probe-tools.ts";
import type { RawReply } from "./raw-request.ts";

/** What a check takes beside the distribution and a signed URL; all but that need the probe function too. */
export type Need =
  | "signed URL"
  | "probe function"
  | "probe function and _probe/object"
  | "probe function and --invalidate"
  | "probe function and --second-location";

export interface Check {
  readonly needs: Need;
  readonly look: (tools: ProbeTools) => Promise<Seen>;
}

/** The rules of the rule table whose source is `assumed`. */
export type AssumedRuleId = Extract<
  RuleId,
  | "request-method"
  | "request-client-ip"
  | "uri-characters"
  | "origin-at-viewer-request"
  | "viewer-response-status"
  | "viewer-response-body"
>;

export type AssumptionId = AssumedRuleId | AssumedBehaviorId;

const withSignedUrl = (look: (tools: ProbeTools) => Promise<Seen>): Check => ({ needs: "signed URL", look });

export const checks: Readonly<Record<AssumptionId, Check>> = {
  ...functionChecks,
  "raw-path": withSignedUrl(async (tools) => {
    const target = await tools.sign(`probe-${tools.runId}`);
    const [plain, dotted] = [await tools.ask(target), await tools.ask(`/_/..${target}`)];
    const seen = `${words(plain)}, and with /_/.. in front ${words(dotted)}`;
    // A function that gets the normalised path finds the signature right.
    return plain.status === 200 ? { held: dotted.status !== 200, seen } : { seen };
  }),
  "vary-kept": withSignedUrl(async (tools) => {
    const reply = await tools.ask(await tools.sign(`probe-${tools.runId}`));
    const vary = reply.headers.vary ?? "";
    const seen = `${words(reply)}, Vary: ${vary || "none"}`;
    return reply.status === 200 ? { held: /\baccept\b(?!-)/iu.test(vary), seen } : { seen };
  }),
  "collapsing-with-minimum-0": withSignedUrl(async (tools) => {
    const target = await tools.sign(`probe-${tools.runId}-together`);
    const replies = await Promise.all(Array.from({ length: 5 }, () => tools.ask(target)));
    const misses = replies.filter(({ outcome }) => outcome === "Miss").length;
    const seen = `of 5 at once: ${replies.map(words).join(", ")}`;
    return replies.every(({ status }) => status === 200) ? { held: misses === 1, seen } : { seen };
  }),
  "ranges-that-do-not-all-exist": withSignedUrl((tools) =>
    rangesOfCached(
      tools,
      "bytes=0-1,999999999-",
      (reply, whole) => reply.status === 200 && reply.body.equals(whole.body),
    ),
  ),
  "several-ranges": withSignedUrl((tools) =>
    rangesOfCached(
      tools,
      "bytes=0-0,2-2",
      ({ status, headers }) =>
        status === 206 && /^multipart\/byteranges;/u.test(headers["content-type"] ?? ""),
    ),
  ),
};

/** Asks for ranges of what the nearest location has in its cache. */
async function rangesOfCached(
  { ask, sign, runId }: ProbeTools,
  range: string,
  isAsAssumed: (reply: RawReply, whole: RawReply) => boolean,
): Promise<Seen> {
  const target = await sign(`probe-${runId}`);
  await ask(target);
  const whole = await ask(target);
  const reply = await ask(target, { range });
  const seen = `${words(reply)}, ${reply.headers["content-type"] ?? "no type"}, ${reply.body.length} bytes`;
  const isFromCache = whole.outcome === "Hit" && reply.outcome === "Hit";
  return isFromCache
    ? { held: isAsAssumed(reply, whole), seen }
    : { seen: `${seen}, and not from the cache` };
}
