import { describe, expect, it } from "vitest";
import { parseCanonicalPath } from "../../src/urls/canonical-path.ts";
import { verifySync } from "../../src/urls/sync-signature.ts";
import { keys, parseTarget, table, vectors } from "../vectors/signed-urls.ts";
import { readDocument } from "./markdown.ts";

const text = readDocument("docs/urls.md");

describe("docs/urls.md", () => {
  it("shows signed URLs that verify with the key it shows", () => {
    const targets = [...text.matchAll(/^ {4}(?:https:\/\/[^/\s]+)?(\/\S*sig=\S+)$/gmu)].map(
      ([, target = ""]) => target,
    );
    expect(targets).toHaveLength(3);
    for (const target of targets) {
      verifySync(parseTarget(target), { keys, signing: table.signing, nowSeconds: vectors.clock });
    }
    const secrets = [...text.matchAll(/\b[A-Za-z0-9_-]{43}(?=[\n"])/gu)].map(([secret]) => secret);
    const [demo] = vectors.keys.keys;
    expect(secrets.filter((secret) => !targets.some((target) => target.endsWith(secret)))).toEqual([
      demo?.k,
      demo?.k,
    ]);
  });

  it("shows canonical paths that are canonical", () => {
    const paths = [...text.matchAll(/^ {4}(\/photos\/\S+\.(?:webp|avif))$/gmu)].map(([, path = ""]) => path);
    expect(paths).toHaveLength(3);
    for (const path of paths) expect(parseCanonicalPath(path).source).toBe("photos/cat.jpg");
  });
});
