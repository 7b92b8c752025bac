import { expect, it } from "vitest";
import { signedTarget } from "../fixtures/service.ts";
import { vectors } from "../vectors/signed-urls.ts";
import { fuzz } from "./fuzz.ts";
import { rightlyClaimed } from "./oracle.ts";
import { column, runShort } from "./short-form.ts";
import { createWorld } from "./world.ts";

it("ends every mutated URL in a documented code, or in what was rightly signed", async () => {
  const report = await runShort(fuzz);
  expect(report.violations).toEqual([]);
  // A fuzzer that only ever sees one answer has tested nothing.
  expect(column(report, "outcome")).toEqual(
    expect.arrayContaining(["rewritten", "SIGNATURE_INVALID", "URL_MALFORMED", "URL_EXPIRED", "KEY_UNKNOWN"]),
  );
  expect(column(report, "status")).toEqual(expect.arrayContaining(["200", "400", "403"]));
});

it("has a judge that agrees with every vector of the contract", async () => {
  const { table } = await createWorld();
  const parts = { table, keys: vectors.keys.keys, nowSeconds: vectors.clock };
  for (const { target, source, version } of vectors.valid) {
    expect(await rightlyClaimed(target, parts)).toMatchObject({ source, version: version ?? undefined });
  }
  const signatureCodes = new Set([
    "SIGNATURE_MISSING",
    "SIGNATURE_INVALID",
    "KEY_UNKNOWN",
    "URL_EXPIRED",
    "GRANT_INVALID",
  ]);
  const refused = vectors.refused.filter(({ code }) => signatureCodes.has(code));
  expect(refused.length).toBeGreaterThan(10);
  for (const { target } of refused) expect(await rightlyClaimed(target, parts)).toBeUndefined();
  const signed = signedTarget({ preset: "thumb", source: "a.jpg" });
  expect(await rightlyClaimed(signed.replace("a.jpg", "b.jpg"), parts)).toBeUndefined();
  expect(await rightlyClaimed("/og/a.jpg", parts)).toMatchObject({ preset: "og" });
});
