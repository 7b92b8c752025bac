// Produces the vectors of Ed25519 and of grants from the contract (docs/urls.md) and node:crypto alone, none of imgseal's
// code: `node test/vectors/produce.mjs [FILE]`. check.py computes them again with another language's standard library.
import { createHmac, createPrivateKey, sign } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const file = process.argv[2] ?? new URL("./signed-urls.json", import.meta.url);
const vectors = JSON.parse(readFileSync(file, "utf8"));

// RFC 8037 appendix A.1 and RFC 8032 7.1 test 2: keys that everybody knows.
const ed1 = {
  kty: "OKP",
  kid: "demo-ed-1",
  alg: "Ed25519",
  crv: "Ed25519",
  x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
  d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
};
const ed2 = {
  ...ed1,
  kid: "demo-ed-2",
  x: Buffer.from("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "hex").toString("base64url"),
  d: Buffer.from("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "hex").toString("base64url"),
};
const [hs1, hs2] = vectors.keys.keys;

const b64 = (text) => Buffer.from(text).toString("base64url");
const mac = (jwk, input) =>
  createHmac("sha256", Buffer.from(jwk.k, "base64url")).update(input).digest("base64url");
const ed = (jwk, input) =>
  sign(undefined, Buffer.from(input), createPrivateKey({ key: jwk, format: "jwk" })).toString("base64url");
const seal = (jwk, input) => (jwk.kty === "oct" ? mac : ed)(jwk, input);

function signedUrl(name, jwk, target) {
  const header = `{"alg":"${jwk.alg}","b64":false,"crit":["b64"],"kid":"${jwk.kid}"}`;
  const signingInput = `${b64(header)}.${target}`;
  const signature = seal(jwk, signingInput);
  const [, preset, source] = /^\/([^/]+)\/([^?]+)/.exec(target);
  const parameters = new URLSearchParams(target.split("?")[1] ?? "");
  return {
    name,
    kid: jwk.kid,
    preset,
    source: decodeURIComponent(source),
    expires: parameters.has("exp") ? Number(parameters.get("exp")) : null,
    version: parameters.get("ver"),
    signingInput,
    signature,
    target: `${target}${target.includes("?") ? "&" : "?"}kid=${jwk.kid}&sig=${signature}`,
  };
}

const cat = "/thumb/photos/cat.jpg?exp=1893456000";
const valid = [
  signedUrl("plain key, no expiry", ed1, "/thumb/photos/cat.jpg"),
  signedUrl("expiry", ed1, cat),
  signedUrl("expiry and version", ed1, "/banner/photos/cat.jpg?exp=1893456000&ver=7f3a"),
  signedUrl("second key of the set, every byte escaped", ed2, "/card/photos/%C3%A7at%20%281%29%2B.jpg?ver=2026-11-22_1"),
];
const good = valid[1];
const withSig = (sig, kid = ed1.kid) => `${cat}&kid=${kid}&sig=${sig}`;
const bump = (text, at) => text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
// 86 characters carry four bits too many: the same octets, spelled with one of them set.
const lastLetter = { A: "B", Q: "R", g: "h", w: "x" };
const secretOfPublic = { ...ed1, k: ed1.x, kty: "oct" };
const inputAs = (alg, kid, target) => `${b64(`{"alg":"${alg}","b64":false,"crit":["b64"],"kid":"${kid}"}`)}.${target}`;

const refused = [
  ["first character changed", "SIGNATURE_INVALID", withSig(bump(good.signature, 0))],
  ["middle character changed", "SIGNATURE_INVALID", withSig(bump(good.signature, 43))],
  ["same octets in a non-canonical spelling", "SIGNATURE_INVALID", withSig(good.signature.slice(0, 85) + lastLetter[good.signature[85]])],
  ["padded", "SIGNATURE_INVALID", withSig(`${good.signature}==`)],
  ["half of the signature", "SIGNATURE_INVALID", withSig(good.signature.slice(0, 43))],
  ["zeros", "SIGNATURE_INVALID", withSig("A".repeat(86))],
  ["another source", "SIGNATURE_INVALID", withSig(good.signature).replace("cat", "dog")],
  ["another key's kid", "SIGNATURE_INVALID", withSig(good.signature, ed2.kid)],
  ["an HS256 key's kid", "SIGNATURE_INVALID", withSig(good.signature, hs1.kid)],
  ["HMAC with the public key as its secret, under its kid", "SIGNATURE_INVALID", withSig(mac(secretOfPublic, inputAs("HS256", ed1.kid, cat)))],
  ["HMAC with the public key as its secret, header of Ed25519", "SIGNATURE_INVALID", withSig(mac(secretOfPublic, inputAs("Ed25519", ed1.kid, cat)))],
  ["signed with the header of EdDSA", "SIGNATURE_INVALID", withSig(ed(ed1, inputAs("EdDSA", ed1.kid, cat)))],
  ["unknown kid", "KEY_UNKNOWN", withSig(good.signature, "demo-ed-9")],
  ["expired (checked at 1800000000)", "URL_EXPIRED", signedUrl("", ed1, "/thumb/photos/cat.jpg?exp=1700000000").target],
].map(([name, code, target]) => ({ name, code, target }));

// ---- grants
const typ = "imgseal-grant+jwt";
const header = (jwk) => ({ alg: jwk.alg, kid: jwk.kid, typ });
const token = (jwk, claims, head = header(jwk)) => {
  const input = `${b64(JSON.stringify(head))}.${b64(typeof claims === "string" ? claims : JSON.stringify(claims))}`;
  return `${input}.${seal(jwk, input)}`;
};
const exp = 1893456000;
const gallery = { exp, presets: ["thumb", "card"], sources: ["gallery/summer/", "press/logo.png"] };
const opens = (grant, ...paths) => paths.map((path) => `${path}${path.includes("?") ? "&" : "?"}grant=${grant}`);

function grant(name, jwk, claims, opened, closed) {
  const made = token(jwk, claims);
  return {
    name,
    kid: jwk.kid,
    claims,
    token: made,
    opens: opens(made, ...opened),
    refuses: opens(made, ...closed),
  };
}

const validGrants = [
  grant(
    "two presets, a prefix and a whole key",
    hs1,
    gallery,
    ["/thumb/gallery/summer/a.jpg", "/card/gallery/summer/b/c.jpg?dpr=2", "/thumb/press/logo.png", "/thumb/%67allery/summer/a.jpg"],
    [
      "/banner/gallery/summer/a.jpg",
      "/thumb/gallery/summer2/a.jpg",
      "/thumb/gallery/a.jpg",
      "/thumb/press/logo.png2",
      "/thumb/press/logo.png/x",
      "/thumb/Gallery/summer/a.jpg",
      "/thumb/gallery%252Fsummer/a.jpg",
      "/nosuch/gallery/summer/a.jpg",
    ],
  ),
  grant(
    "the same with Ed25519",
    ed1,
    gallery,
    ["/thumb/gallery/summer/a.jpg", "/card/press/logo.png?dpr=1.5"],
    ["/og/press/logo.png", "/thumb/gallery/winter/a.jpg"],
  ),
  grant("every preset and every source", hs2, { exp, presets: ["*"], sources: [""] }, ["/thumb/a.jpg", "/og/x/y/z.png"], []),
  grant("not before", ed2, { exp, nbf: 1800000000, presets: ["og"], sources: ["a.jpg"] }, ["/og/a.jpg"], ["/og/a.jpg/b", "/og/b.jpg"]),
  grant(
    "text beyond ASCII",
    hs1,
    { exp, presets: ["thumb"], sources: ["ça va/한 🐈/", "100%25.jpg"] },
    ["/thumb/%C3%A7a%20va/%ED%95%9C%20%F0%9F%90%88/a.jpg", "/thumb/100%2525.jpg"],
    ["/thumb/c%CC%A7a%20va/%ED%95%9C%20%F0%9F%90%88/a.jpg", "/thumb/100%25.jpg"],
  ),
];

const path = "/thumb/gallery/summer/a.jpg";
const right = token(hs1, gallery);
const [rightHeader, rightPayload, rightSignature] = right.split(".");
const rightEd = token(ed1, gallery);
const edSignature = rightEd.split(".")[2];
const none = `${b64(JSON.stringify({ alg: "none", kid: hs1.kid, typ }))}.${rightPayload}.`;
const confused = (head) => token(secretOfPublic, gallery, head);
const scope = (claims) => token(hs1, { ...gallery, ...claims });
const sloppy = { A: "B", E: "F", I: "J", M: "N", Q: "R", U: "V", Y: "Z", c: "d", g: "h", k: "l", o: "p", s: "t", w: "x", 0: "1", 4: "5", 8: "9" };
const loosen = (text) => text.slice(0, -1) + sloppy[text.at(-1)];
/** A payload whose length leaves bits over, so that it has other spellings. */
const withRest = (jwk, bits) => {
  for (let pad = ""; ; pad += " ") {
    const payload = b64(JSON.stringify(gallery) + pad);
    if (payload.length % 4 === bits) {
      const input = `${b64(JSON.stringify(header(jwk)))}.${loosen2(payload, bits)}`;
      return `${input}.${seal(jwk, input)}`;
    }
  }
};
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const loosen2 = (text) => text.slice(0, -1) + alphabet[alphabet.indexOf(text.at(-1)) + 1];

const refusedGrants = [
  ["no parts", "GRANT_INVALID", "a"],
  ["two parts", "GRANT_INVALID", `${rightHeader}.${rightPayload}`],
  ["four parts", "GRANT_INVALID", `${right}.${rightSignature}`],
  ["empty parts", "GRANT_INVALID", ".."],
  ["empty", "GRANT_INVALID", ""],
  ["alg none without a signature", "GRANT_INVALID", none],
  ["alg none with a signature", "GRANT_INVALID", none + rightSignature],
  ["alg None", "GRANT_INVALID", token(hs1, gallery, { ...header(hs1), alg: "None" })],
  ["alg missing", "GRANT_INVALID", token(hs1, gallery, { kid: hs1.kid, typ })],
  ["alg EdDSA", "GRANT_INVALID", token(ed1, gallery, { ...header(ed1), alg: "EdDSA" })],
  ["alg HS512", "GRANT_INVALID", token(hs1, gallery, { ...header(hs1), alg: "HS512" })],
  ["HS256 with the public key as its secret", "GRANT_INVALID", confused({ alg: "HS256", kid: ed1.kid, typ })],
  ["HMAC with the public key as its secret, header of Ed25519", "GRANT_INVALID", confused({ alg: "Ed25519", kid: ed1.kid, typ })],
  ["Ed25519 under an HS256 key's kid", "GRANT_INVALID", token(ed1, gallery, { alg: "Ed25519", kid: hs1.kid, typ })],
  ["another key's kid", "GRANT_INVALID", token(hs1, gallery, header(hs2))],
  ["another Ed25519 key's kid", "GRANT_INVALID", token(ed1, gallery, header(ed2))],
  ["kid missing", "GRANT_INVALID", token(hs1, gallery, { alg: "HS256", typ })],
  ["kid not a text", "GRANT_INVALID", token(hs1, gallery, { alg: "HS256", kid: 1, typ })],
  ["unknown kid", "KEY_UNKNOWN", token({ ...hs1, kid: "demo-9" }, gallery)],
  ["a prototype's kid", "KEY_UNKNOWN", token({ ...hs1, kid: "__proto__" }, gallery)],
  ["typ JWT", "GRANT_INVALID", token(hs1, gallery, { ...header(hs1), typ: "JWT" })],
  ["typ missing", "GRANT_INVALID", token(hs1, gallery, { alg: "HS256", kid: hs1.kid })],
  ["typ with a prefix", "GRANT_INVALID", token(hs1, gallery, { ...header(hs1), typ: `application/${typ}` })],
  ["crit", "GRANT_INVALID", token(hs1, gallery, { ...header(hs1), crit: ["exp"] })],
  ["a key in the header", "GRANT_INVALID", token(hs1, gallery, { ...header(hs1), jwk: { kty: "oct", k: "AA" } })],
  ["header not an object", "GRANT_INVALID", token(hs1, gallery, ["HS256"])],
  ["header not JSON", "GRANT_INVALID", `${b64("{alg")}.${rightPayload}.${rightSignature}`],
  ["payload not JSON", "GRANT_INVALID", token(hs1, "exp")],
  ["payload an array", "GRANT_INVALID", token(hs1, "[1893456000]")],
  ["payload null", "GRANT_INVALID", token(hs1, "null")],
  ["payload with a byte order mark", "GRANT_INVALID", token(hs1, `\ufeff${JSON.stringify(gallery)}`)],
  ["payload not UTF-8", "GRANT_INVALID", notUtf8()],
  ["padded payload", "GRANT_INVALID", padded()],
  ["header in base64, not base64url", "GRANT_INVALID", inBase64()],
  ["payload with left-over bits, signed so", "GRANT_INVALID", withRest(hs1, 3)],
  ["payload with left-over bits, signed so, Ed25519", "GRANT_INVALID", withRest(ed1, 2)],
  ["signature in a non-canonical spelling", "GRANT_INVALID", `${rightHeader}.${rightPayload}.${loosen(rightSignature)}`],
  ["signature padded", "GRANT_INVALID", `${right}=`],
  ["signature truncated", "GRANT_INVALID", right.slice(0, -1)],
  ["signature of zeros", "GRANT_INVALID", `${rightHeader}.${rightPayload}.${"A".repeat(43)}`],
  ["Ed25519 signature of zeros", "GRANT_INVALID", `${rightEd.slice(0, -edSignature.length)}${"A".repeat(86)}`],
  ["signature of another grant", "GRANT_INVALID", `${rightHeader}.${b64(JSON.stringify({ ...gallery, sources: [""] }))}.${rightSignature}`],
  ["a URL's signature", "GRANT_INVALID", `${rightHeader}.${rightPayload}.${vectors.valid[0].signature}`],
  ["white space", "GRANT_INVALID", `${right}%20`],
  ["exp missing", "GRANT_INVALID", scope({ exp: undefined })],
  ["exp a text", "GRANT_INVALID", scope({ exp: "1893456000" })],
  ["exp a fraction", "GRANT_INVALID", scope({ exp: 1893456000.5 })],
  ["exp beyond the grammar", "GRANT_INVALID", scope({ exp: 1e12 })],
  ["nbf a text", "GRANT_INVALID", scope({ nbf: "0" })],
  ["presets missing", "GRANT_INVALID", scope({ presets: undefined })],
  ["presets a text", "GRANT_INVALID", scope({ presets: "thumb" })],
  ["presets empty", "GRANT_INVALID", scope({ presets: [] })],
  ["presets with * among others", "GRANT_INVALID", scope({ presets: ["thumb", "*"] })],
  ["presets against the grammar", "GRANT_INVALID", scope({ presets: ["th*"] })],
  ["sources missing", "GRANT_INVALID", scope({ sources: undefined })],
  ["sources empty", "GRANT_INVALID", scope({ sources: [] })],
  ["sources with the empty prefix among others", "GRANT_INVALID", scope({ sources: ["gallery/", ""] })],
  ["sources with a dot segment", "GRANT_INVALID", scope({ sources: ["gallery/../"] })],
  ["sources with a leading slash", "GRANT_INVALID", scope({ sources: ["/"] })],
  ["sources with an empty segment", "GRANT_INVALID", scope({ sources: ["gallery//"] })],
  ["sources with a number", "GRANT_INVALID", scope({ sources: [1] })],
  ["expired (checked at 1800000000)", "URL_EXPIRED", scope({ exp: 1700000000 })],
  ["expires this second", "URL_EXPIRED", scope({ exp: 1800000000 })],
  ["begins a second later", "URL_EXPIRED", scope({ nbf: 1800000001 })],
  ["another preset", "GRANT_SCOPE", scope({ presets: ["banner"] })],
  ["a preset's prefix", "GRANT_SCOPE", scope({ presets: ["thum"] })],
  ["another prefix", "GRANT_SCOPE", scope({ sources: ["gallery/winter/"] })],
  ["a whole key that is a prefix", "GRANT_SCOPE", scope({ sources: ["gallery"] })],
  ["a longer prefix", "GRANT_SCOPE", scope({ sources: ["gallery/summer/a.jpg/"] })],
  ["a prefix in capitals", "GRANT_SCOPE", scope({ sources: ["GALLERY/"] })],
  ["a prefix that is percent-encoded", "GRANT_SCOPE", scope({ sources: ["%67allery/"] })],
  ["a prefix with an escaped slash", "GRANT_SCOPE", scope({ sources: ["gallery%2Fsummer/"] })],
]
  .map(([name, code, given]) => ({ name, code, target: `${path}?grant=${given.includes("%") ? given : encodeURIComponent(given)}` }))
  .concat([
    { name: "a wider prefix by an escaped slash", code: "URL_MALFORMED", target: `/thumb/gallery%2Fsummer/a.jpg?grant=${right}` },
    { name: "a wider prefix by dot segments", code: "URL_MALFORMED", target: `/thumb/gallery/summer/../../a.jpg?grant=${right}` },
    { name: "a wider prefix by escaped dot segments", code: "URL_MALFORMED", target: `/thumb/gallery/summer/%2e%2e/a.jpg?grant=${right}` },
    { name: "a wider prefix by a doubly escaped dot segment", code: "GRANT_SCOPE", target: `/thumb/gallery/%252e%252e/a.jpg?grant=${right}` },
    { name: "a wider prefix by an overlong escape", code: "URL_MALFORMED", target: `/thumb/gallery/summer/%C0%AE%C0%AE/a.jpg?grant=${right}` },
    { name: "a wider prefix by a backslash", code: "URL_MALFORMED", target: `/thumb/gallery/summer/..%5Ca.jpg?grant=${right}` },
    { name: "beside a signature", code: "URL_MALFORMED", target: `${path}?grant=${right}&sig=x` },
    { name: "beside an expiry", code: "URL_MALFORMED", target: `${path}?grant=${right}&exp=1893456000` },
    { name: "beside a version", code: "URL_MALFORMED", target: `${path}?grant=${right}&ver=1` },
    { name: "twice", code: "URL_MALFORMED", target: `${path}?grant=${right}&grant=${right}` },
    { name: "twice, once with an escaped name", code: "URL_MALFORMED", target: `${path}?grant=${right}&%67rant=${right}` },
    {
      name: "4,097 characters",
      code: "URL_MALFORMED",
      target: `${path}?grant=${right}${"A".repeat(4097 - right.length)}`,
    },
    {
      name: "4,096 characters of rubbish",
      code: "GRANT_INVALID",
      target: `${path}?grant=${right}${"A".repeat(4096 - right.length)}`,
    },
  ]);

function notUtf8() {
  const payload = Buffer.concat([
    Buffer.from(`{"exp":${exp},"presets":["thumb"],"sources":["`),
    Buffer.from([0xff]),
    Buffer.from('"]}'),
  ]).toString("base64url");
  const input = `${rightHeader}.${payload}`;
  return `${input}.${mac(hs1, input)}`;
}

function padded() {
  for (let pad = ""; ; pad += " ") {
    const payload = Buffer.from(JSON.stringify(gallery) + pad).toString("base64");
    if (!payload.endsWith("=")) continue;
    const input = `${rightHeader}.${payload.replaceAll("+", "-").replaceAll("/", "_")}`;
    return `${input}.${mac(hs1, input)}`;
  }
}

function inBase64() {
  for (let pad = "?"; ; pad += "?") {
    const payload = Buffer.from(JSON.stringify({ ...gallery, note: pad })).toString("base64");
    if (!/^[^=]*\/[^=]*$/.test(payload)) continue;
    const input = `${rightHeader}.${payload}`;
    return `${input}.${mac(hs1, input)}`;
  }
}

const about =
  "Vectors of the URL contract, version 1. target = path?query as a client requests it. `keys` (HS256; octets are base64url, JWK 'k') sign " +
  "what stands in valid, respelled, refused and selected; `ed25519` and `grants` are verified with both key sets together. " +
  "`refused` is judged with the clock at 1800000000 and the table below.";
writeFileSync(
  file,
  `${JSON.stringify({ ...vectors, about, ed25519: { keys: { keys: [ed1, ed2] }, valid, refused }, grants: { valid: validGrants, refused: refusedGrants } }, undefined, 1)}\n`,
);
