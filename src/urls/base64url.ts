/** base64url without padding (RFC 4648 5), in its one canonical spelling only. */

/** From texts to the octets that are spelled. */
export const utf8 = /* @__PURE__ */ new TextEncoder();

export function encodeBase64url(octets: Uint8Array): string {
  let binary = "";
  // One by one: as arguments of one call, a hundred thousand of them overflow the stack.
  for (const octet of octets) binary += String.fromCharCode(octet);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * The octets, or `undefined` unless the text is exactly what `encodeBase64url` makes of them: other
 * decoders skip foreign characters and ignore left-over bits, and so accept many texts for one secret.
 */
export function decodeBase64url(text: string): Uint8Array | undefined {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) return undefined;
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const octets = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  return encodeBase64url(octets) === text ? octets : undefined;
}
