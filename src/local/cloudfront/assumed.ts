/**
 * What the emulator does without a page that says so: the safe reading, not verified. The rules of the rule table that
 * are marked `assumed` come on top. `imgseal probe` holds both against a real distribution.
 */

export const assumedBehaviors = {
  "raw-path":
    "Functions and the cache key get the path as it was sent; only the behavior is chosen by the normalised one.",
  "vary-kept": "`Vary: Accept` of an S3 origin's answer stays where Accept is in the origin request policy.",
  "base64-size":
    "A base64 body counts against the size of a generated response as text, a third more than its bytes.",
  "failure-page-not-cached": "The pages for a function's failure are made anew for each request.",
  "failure-is-not-stale":
    "What has expired stands in for an origin that fails, and not for a function that does: that is a 503.",
  "collapsing-with-minimum-0":
    "Requests for one object that come while it is fetched become one, with a minimum TTL of 0 too.",
  "range-answered-whole":
    "Requests for ranges that come while the first is fetched share its answer when that is the whole.",
  "ranges-that-do-not-all-exist":
    "Several ranges of which one does not exist are answered with the whole and 200.",
  "several-ranges":
    "Several ranges of an object in the cache are answered with multipart/byteranges (RFC 9110 14.6).",
  "origin-response-on-304": "origin-response runs when the origin confirms what has expired with 304.",
  "stale-is-a-refresh-hit": "What stands in for an origin that fails is a RefreshHit.",
  "error-with-max-age-0": "400, 403, 405, 412 and 415 with max-age=0 are kept for the error caching minimum.",
  "age-of-what-was-kept":
    "Whatever was kept is answered with `age`: an error too, and `age: 0` within its first second.",
  "unreachable-origin-is-kept":
    "The page for an origin that cannot be reached is kept for the error caching minimum, like an error that it sent.",
  "age-behind-origin-shield":
    "The time that an answer has spent in Origin Shield counts against its lifetime.",
  "invalidation-by-function-path":
    "An invalidation names the path that viewer-request made, not the viewer's.",
  "invalidation-under-way":
    "What is on its way from the origin while an invalidation runs is kept when it arrives: a purge invalidates twice.",
} as const satisfies Record<string, string>;

export type AssumedBehaviorId = keyof typeof assumedBehaviors;
