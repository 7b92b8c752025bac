// Run by each Node that is promised, from the folder where the package is installed: signs what the vectors sign.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { createSigner } from "@imgseal/sdk";
import { createSyncSigner } from "@imgseal/sdk/sync";

const vectors = JSON.parse(readFileSync(process.argv[2], "utf8"));
const box = { fit: "cover", withoutEnlargement: true, sources: [], width: 10, height: 10 };
const presets = {
  signing: { requireExpiry: false },
  presets: Object.fromEntries(
    Object.entries(vectors.table).map(([name, preset]) => [name, { ...box, ...preset }]),
  ),
};
const keys = { keys: [...vectors.keys.keys, ...vectors.ed25519.keys.keys] };
const origin = "https://img.example.com";
const signerOf = (create, signingKid) => create({ baseUrl: origin, keys, signingKid, presets });
const dateOf = (seconds) => new Date(seconds * 1000);

for (const { kid, preset, source, expires, version, target } of [
  ...vectors.valid,
  ...vectors.ed25519.valid,
]) {
  const options = {
    ...(expires !== null && { expiresAt: dateOf(expires) }),
    ...(version !== null && { version }),
  };
  for (const create of [createSigner, createSyncSigner]) {
    const url = await signerOf(create, kid).url(preset, source, options);
    assert.equal(url.replace(/&rev=\w{6}$/, ""), origin + target);
  }
}
for (const { kid, claims, token } of vectors.grants.valid) {
  const options = {
    presets: claims.presets,
    sources: claims.sources,
    expiresAt: dateOf(claims.exp),
    ...(claims.nbf !== undefined && { notBefore: dateOf(claims.nbf) }),
  };
  for (const create of [createSigner, createSyncSigner]) {
    assert.equal(await signerOf(create, kid).grant(options), token);
  }
}
const html = await signerOf(createSigner).html("card", "a.jpg", { alt: "A & B" });
assert.match(html, /^<img alt="A &amp; B" width="10" height="10" loading="lazy" .*>$/);
console.log(process.version);
