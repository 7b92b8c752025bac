import type { CloudFrontRequestEvent } from "aws-lambda";
import { viewerRequest as handle, type ViewerRequestParts } from "../../../src/edge/viewer-request.ts";
import { emulatedViewerRequestEvent } from "../../fixtures/events.ts";
import type { Benchmark } from "../benchmark.ts";
import { type Contestant, hold } from "../contest.ts";

// 50 ms: shorter ones stray more from each other than what is compared.
const callsPerRun = 10_000;

// More than any memory of verified URLs will hold, so that "valid" is verified each time.
const urlsPerCase = 30_000;

// What a browser sends with an image request.
const headers = {
  host: "img.example.com",
  accept: "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
  "accept-encoding": "gzip, deflate, br, zstd",
  "accept-language": "en-GB,en;q=0.9",
  referer: "https://www.example.com/",
  "sec-fetch-dest": "image",
  "sec-fetch-mode": "no-cors",
  "sec-fetch-site": "same-site",
  "user-agent":
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
};

const mistakes: Readonly<Record<string, (target: string) => string>> = {
  valid: (target) => target,
  forged: (target) => target.replace(/(?<=sig=)./u, (first) => (first === "A" ? "B" : "A")),
  "unknown key": (target) => target.replace("kid=bench", "kid=other"),
  unsigned: (target) => target.replace(/\?.*/u, ""),
  "malformed escape": (target) => target.replace(".jpg", "%ZZ.jpg"),
};

export const viewerRequest: Benchmark = {
  name: "viewer-request",
  subject: "one call of the viewer-request function, from event to result, in-process",
  async run({ isQuick, presets }) {
    const good = Array.from({ length: urlsPerCase }, (_, index) =>
      presets.sign({ preset: "small", source: `photos/2026/picture-${index}.jpg` }),
    );
    const parts: ViewerRequestParts = {
      table: presets.table,
      keys: presets.keys,
      nowMilliseconds: Date.now,
      log: () => {},
    };
    // The same signatures, looked at when their day is long over.
    const later = { ...parts, nowMilliseconds: () => Date.now() + 30 * 86_400_000 };
    const caller = (name: string, targets: readonly string[], with_ = parts) =>
      callInTurn(name, targets.map(eventOf), with_);
    const [valid, ...others] = Object.entries(mistakes).map(([name, change]) =>
      caller(name, good.map(change)),
    );
    const [forged, ...refused] = others;
    if (valid === undefined || forged === undefined) throw new Error("two cases are compared");
    return {
      outcomes: [
        await hold({
          title: "URL",
          columns: { "µs per call": 2 },
          rounds: isQuick ? 5 : 100,
          ours: forged,
          others: [
            valid,
            caller("valid, one of 100 seen before", good.slice(0, 100)),
            caller("expired", good, later),
            ...refused,
          ],
          limits: { valid: { atMost: 1 } },
        }),
      ],
    };
  },
};

function callInTurn(
  name: string,
  events: readonly CloudFrontRequestEvent[],
  parts: ViewerRequestParts,
): Contestant {
  let next = 0;
  return {
    name,
    async run() {
      const started = performance.now();
      for (let call = 0; call < callsPerRun; call += 1) {
        const event = events[next++ % events.length];
        if (event !== undefined) await handle(event, parts);
      }
      return { "µs per call": ((performance.now() - started) * 1000) / callsPerRun };
    },
  };
}

function eventOf(target: string): CloudFrontRequestEvent {
  const [path = "", queryString = ""] = target.split("?");
  return emulatedViewerRequestEvent({
    id: "4TyzHTaYWb1GX1qTfsHhEqV6HUDd",
    method: "GET",
    path,
    queryString,
    headers,
    clientIp: "203.0.113.178",
  });
}
