import { describe, expect, test } from "vitest";
import { explain } from "../../src/cli/explanation.ts";
import { signGrantSync } from "../../src/urls/grant-verification.ts";
import { allKeys, edgeKeys, table, vectors } from "../vectors/signed-urls.ts";

const nowSeconds = vectors.clock;
const judge = (target: string) => explain(target, { table, keys: edgeKeys, nowSeconds });

const key = allKeys.signingKeyAt(nowSeconds);
const granted = (claims: object, path: string) => {
  const token = signGrantSync(
    { exp: nowSeconds + 60, presets: ["thumb"], sources: ["a/", "b"], ...claims },
    key,
  );
  return judge(`${path}?grant=${token}`);
};

describe("explain, of a grant,", () => {
  test("accepts what it opens, and says what it opens", () => {
    for (const { opens, claims } of vectors.grants.valid) {
      for (const target of opens) {
        expect(judge(target)).toMatchObject({ outcome: "accepted", signature: "matches", grant: claims });
      }
    }
  });

  test("names the code of what is refused", () => {
    for (const { target, code } of [...vectors.grants.refused, ...vectors.ed25519.refused]) {
      expect({ target, ...judge(target) }).toMatchObject({ target, outcome: "refused", refusal: { code } });
    }
  });

  test("tells the errors of scope apart", () => {
    const preset = granted({}, "/card/a/x.jpg");
    expect(preset.refusal).toMatchObject({
      code: "GRANT_SCOPE",
      reason: 'the grant does not open the preset "card", only thumb',
    });
    const source = granted({}, "/thumb/c.jpg");
    expect(source.refusal?.reason).toBe('the grant does not open this source, only "a/", "b"');
    expect(source.hints).toEqual(["a grant for it is made with: imgseal grant thumb c.jpg"]);
    expect(granted({}, "/thumb/b/x.jpg").hints[0]).toBe(
      '"b" opens the one source of that key; a prefix ends in a slash: "b/"',
    );
    for (const { signature, grant } of [preset, source]) {
      expect(signature).toBe("matches");
      expect(grant?.presets).toEqual(["thumb"]);
    }
  });

  test("says since when it is over", () => {
    const { refusal, hints, expires } = granted({ exp: nowSeconds - 120 }, "/thumb/a/x.jpg");
    expect(refusal?.code).toBe("URL_EXPIRED");
    expect(hints).toEqual(["expired 2 min ago, at 2027-01-15T07:58:00Z"]);
    expect(expires).toBe("2027-01-15T07:58:00Z");
  });

  test("tells nothing that a forger wrote", () => {
    const { target = "" } =
      vectors.grants.refused.find(({ name }) => name === "signature of another grant") ?? {};
    const explanation = judge(target);
    expect(explanation).toMatchObject({ signature: "does not match", key: { kid: "demo-1" } });
    expect(explanation.grant).toBeUndefined();
  });
});
