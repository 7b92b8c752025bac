import { expect, test } from "vitest";
import { isAuthenticInNode, signInNode } from "../../src/urls/jws-node.ts";
import { allKeys } from "../vectors/signed-urls.ts";

const [hs256, ed25519] = ["demo-1", "demo-ed-1"].map((kid) => {
  const key = allKeys.find(kid);
  if (key === undefined) throw new Error(`the vectors have no key "${kid}"`);
  return key;
});
if (hs256 === undefined || ed25519 === undefined) throw new Error("the vectors have keys of both algorithms");

test.each([hs256, ed25519])("a signature of $alg is its key's alone, and of its input alone", (key) => {
  const other = key === hs256 ? ed25519 : hs256;
  const signature = signInNode("input", key);
  expect(isAuthenticInNode("input", signature, key)).toBe(true);
  expect(isAuthenticInNode("inputs", signature, key)).toBe(false);
  expect(isAuthenticInNode("input", signature, other)).toBe(false);
});

test.each([hs256, ed25519])(
  "a signature of another length is not authentic with $alg, and no error",
  (key) => {
    for (const signature of ["", "AAAA", "A".repeat(42), "A".repeat(87)]) {
      expect(isAuthenticInNode("input", signature, key), signature).toBe(false);
    }
  },
);
