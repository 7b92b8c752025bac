/** How many URLs `imgseal resign` found, and what became of them. */

import type { Outcome, Resigning, Tally } from "../operations/resign.ts";
import { formatTable } from "./text-table.ts";

const remarks: Readonly<Partial<Record<Outcome, string>>> = {
  "another key": "not of the key that --from-key names",
  public: "of a public preset, without a signature",
  grant: "opened by a grant, which is a token of its own",
  URL_EXPIRED: "rightly signed; --include-expired takes them as well",
  KEY_UNKNOWN: "their key is not in the key file, or its time is over",
  SIGNATURE_MISSING: "not signed, and not of a public preset",
};

/** A line with the sum, and one for each reason to leave a URL as it was. */
export function tallyInWords(tally: Tally, { origin, key }: Resigning): string {
  const { found, signedAnew, asItWas, left } = summed(tally);
  const already = asItWas === 0 ? "" : `, ${asItWas} signed so already`;
  const leftCount = found - signedAnew - asItWas;
  const sum = `${found} ${found === 1 ? "URL" : "URLs"} of ${origin}: ${signedAnew} signed anew with ${key.kid}${already}, ${leftCount} left as they were`;
  const reasons = left.map(([reason, count]) => [`  ${count}`, reason, remarks[reason] ?? ""]);
  return reasons.length === 0 ? sum : `${sum}\n${formatTable(reasons)}`;
}

export function tallyAsJson(tally: Tally, { origin, key }: Resigning): string {
  const { left, ...sums } = summed(tally);
  return JSON.stringify({ base: origin, kid: key.kid, ...sums, left: Object.fromEntries(left) });
}

function summed(tally: Tally) {
  const counts = [...tally];
  return {
    found: counts.reduce((sum, [, count]) => sum + count, 0),
    signedAnew: tally.get("signed anew") ?? 0,
    asItWas: tally.get("as it was") ?? 0,
    left: counts
      .filter(([outcome]) => outcome !== "signed anew" && outcome !== "as it was")
      .sort(([, a], [, b]) => b - a),
  };
}
