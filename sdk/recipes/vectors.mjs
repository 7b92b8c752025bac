// Prints the rows of test/vectors/signed-urls.json that concern a signer, as vectors.tsv:
//   node sdk/recipes/vectors.mjs > sdk/recipes/vectors.tsv
// Tab-separated, because a shell, Java and others read no JSON with what they bring along.
import { readFileSync } from "node:fs";

const { keys, valid, refused } = JSON.parse(
  readFileSync(new URL("../../test/vectors/signed-urls.json", import.meta.url), "utf8"),
);
const hs256 = new Map(keys.keys.filter(({ alg }) => alg === "HS256").map(({ kid, k }) => [kid, k]));
const [[firstKid, firstKey]] = hs256;

/** A column that is empty: tabs in a row are one to a shell, and a dot alone is no value of any column. */
const none = ".";

// Sources as their bytes in hex, so that each row is one line of ASCII whatever its key holds.
const accepted = valid
  .filter(({ kid }) => hs256.has(kid))
  .map(({ name, kid, preset, source, expires, version, target }) => [
    ...[name, kid, hs256.get(kid), preset, Buffer.from(source).toString("hex")],
    ...[expires ?? none, version ?? none, target],
  ]);

// Malformed in their spelling alone: what they decode to, if to anything, may well be signed.
const spellings = new Set(["encoded slash", "broken escape", "cut escape"]);
const malformedPaths = refused
  .filter(({ code, target }) => code === "URL_MALFORMED" && /\?kid=[^&]*&sig=[^&]*$/.test(target))
  .filter(({ name, target }) => !spellings.has(name) && /kid=[\w-]+&/.test(target))
  .map(({ name, target }) => {
    const [, preset, wire = ""] = /^\/([^/?]*)\/?([^?]*)/.exec(target);
    const hex = Buffer.from(
      wire.replace(/%(..)/g, (_, digits) => byte(digits)),
      "latin1",
    ).toString("hex");
    return [name, firstKid, firstKey, preset, hex || none, none, none, "refused"];
  });

const cat = Buffer.from("photos/cat.jpg").toString("hex");
const shortKey = Buffer.from(firstKey, "base64url").subarray(0, 31).toString("base64url");
const malformedClaims = [
  ["malformed key id", "demo 1", firstKey, "thumb", cat, none, none, "refused"],
  ["version against its grammar", firstKid, firstKey, "thumb", cat, none, "a.b", "refused"],
  ["expiry of 13 digits", firstKid, firstKey, "thumb", cat, "1893456000000", none, "refused"],
  ["expiry zero", firstKid, firstKey, "thumb", cat, "0", none, "refused"],
  ["key of 31 bytes", firstKid, shortKey, "thumb", cat, none, none, "refused"],
];

for (const row of [...accepted, ...malformedPaths, ...malformedClaims]) console.log(row.join("\t"));

function byte(digits) {
  return String.fromCharCode(Number.parseInt(digits, 16));
}
