/** For each assumed rule how it shows from outside, or why it does not. */

import type { AssumedBehaviorId } from "../../local/cloudfront/assumed.ts";
import type { RuleId } from "../../local/cloudfront/rules.ts";
import type { Ask, RawReply } from "./raw-request.ts";

export interface ProbeTools {
  readonly ask: Ask;
  /** A signed target, `/preset/source?...`; another version is a picture that nobody asked for before. */
  sign(version: string): Promise<string>;
  /** What makes this run's versions its own. */
  readonly runId: string;
}

/** What was seen, in words; `held` is absent where the answer was neither. */
export interface Seen {
  readonly held?: boolean;
  readonly seen: string;
}

export type Check =
  | { readonly needs: "signed URL" | "probe function"; readonly look: (tools: ProbeTools) => Promise<Seen> }
  | { readonly needs: "nothing from outside"; readonly because: string };

/** The rules of the rule table whose source is `assumed`: each is broken by a path of the probe function. */
type AssumedRuleId = Extract<
  RuleId,
  | "request-method"
  | "request-client-ip"
  | "uri-characters"
  | "origin-at-viewer-request"
  | "viewer-response-status"
  | "viewer-response-body"
>;

const unseen = (because: string): Check => ({ needs: "nothing from outside", because });
const withSignedUrl = (look: (tools: ProbeTools) => Promise<Seen>): Check => ({ needs: "signed URL", look });

/** The function's result has to be refused with 502. */
const refuses = (id: AssumedRuleId | "base64-size"): Check => ({
  needs: "probe function",
  look: async ({ ask }) => {
    const reply = await ask(`/_probe/${id}`);
    return { held: reply.status === 502, seen: inWords(reply) };
  },
});

export const checks: Readonly<Record<AssumedRuleId | AssumedBehaviorId, Check>> = {
  "request-method": refuses("request-method"),
  "request-client-ip": refuses("request-client-ip"),
  "uri-characters": refuses("uri-characters"),
  "origin-at-viewer-request": refuses("origin-at-viewer-request"),
  "viewer-response-status": refuses("viewer-response-status"),
  "viewer-response-body": refuses("viewer-response-body"),
  "base64-size": refuses("base64-size"),
  "failure-page-not-cached": {
    needs: "probe function",
    look: async ({ ask }) => {
      const replies = [
        await ask("/_probe/failure-page-not-cached"),
        await ask("/_probe/failure-page-not-cached"),
      ];
      const [first, second] = replies.map(({ body }) => /Request ID: (\S+)/u.exec(body.toString())?.[1]);
      const isFailure = replies.every(({ status }) => status === 503) && first !== undefined;
      const seen = `${replies.map(inWords).join(", then ")}, ${first === second ? "the same page" : "another page"}`;
      return isFailure ? { held: first !== second, seen } : { seen };
    },
  },
  "raw-path": withSignedUrl(async (tools) => {
    const target = await tools.sign(`probe-${tools.runId}`);
    const [plain, dotted] = [await tools.ask(target), await tools.ask(`/_/..${target}`)];
    const seen = `${inWords(plain)}, and with /_/.. in front ${inWords(dotted)}`;
    // A function that gets the normalised path finds the signature right.
    return plain.status === 200 ? { held: dotted.status !== 200, seen } : { seen };
  }),
  "vary-kept": withSignedUrl(async (tools) => {
    const reply = await tools.ask(await tools.sign(`probe-${tools.runId}`));
    const vary = reply.headers.vary ?? "";
    const seen = `${inWords(reply)}, Vary: ${vary || "none"}`;
    return reply.status === 200 ? { held: /\baccept\b(?!-)/iu.test(vary), seen } : { seen };
  }),
  "collapsing-with-minimum-0": withSignedUrl(async (tools) => {
    const target = await tools.sign(`probe-${tools.runId}-together`);
    const replies = await Promise.all(Array.from({ length: 5 }, () => tools.ask(target)));
    const misses = replies.filter(({ outcome }) => outcome === "Miss").length;
    const seen = `of 5 at once: ${replies.map(inWords).join(", ")}`;
    return replies.every(({ status }) => status === 200) ? { held: misses === 1, seen } : { seen };
  }),
  "ranges-that-do-not-all-exist": withSignedUrl((tools) =>
    rangesOfCached(
      tools,
      "bytes=0-1,999999999-",
      (reply, whole) => reply.status === 200 && isSame(reply, whole),
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
  "origin-response-on-304": unseen("the answer is the same either way: look into the function's log"),
  "stale-is-a-refresh-hit": unseen("the bucket would have to fail"),
  "error-with-max-age-0": unseen("imgseal answers none of these statuses with max-age=0"),
  "age-behind-origin-shield": unseen("it takes Origin Shield, and two edge locations"),
  "invalidation-by-function-path": unseen("an invalidation is not made by a viewer"),
  "invalidation-under-way": unseen("an invalidation is not made by a viewer"),
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
  const seen = `${inWords(reply)}, ${reply.headers["content-type"] ?? "no type"}, ${reply.body.length} bytes`;
  const isFromCache = whole.outcome === "Hit" && reply.outcome === "Hit";
  return isFromCache
    ? { held: isAsAssumed(reply, whole), seen }
    : { seen: `${seen}, and not from the cache` };
}

function isSame(reply: RawReply, whole: RawReply): boolean {
  return reply.body.equals(whole.body);
}

function inWords({ status, outcome }: RawReply): string {
  return outcome === "" ? String(status) : `${status} ${outcome}`;
}
