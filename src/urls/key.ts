/** One key of either algorithm. Its secret is out of reach of console.log, util.inspect and JSON.stringify. */

import { encodeBase64url, utf8 } from "./base64url.ts";

/** The members that say in a JWK of each algorithm what it is. */
export const algorithms = {
  // RFC 7518 3.2 and 6.4.
  HS256: { kty: "oct" },
  // RFC 9864 2.2, RFC 8037 2.
  Ed25519: { kty: "OKP", crv: "Ed25519" },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

export type Algorithm = keyof typeof algorithms;

/** What each algorithm computes with. */
interface Material {
  /** The secret's octets. */
  HS256: Uint8Array;
  /** Frozen, since whoever imports it keeps what was imported by its identity. */
  Ed25519: Ed25519Jwk;
}

/** An Ed25519 key as a JWK (RFC 8037 2); `d` is the private half. */
export interface Ed25519Jwk {
  readonly kty: "OKP";
  readonly crv: "Ed25519";
  readonly alg: "Ed25519";
  readonly x: string;
  readonly d?: string;
}

/** When a key may be used, in unix seconds: from `nbf` on (0: ever since), until the second before `exp` (or Infinity). */
export interface KeyWindow {
  readonly nbf: number;
  readonly exp: number;
}

export interface KeyOf<Alg extends Algorithm> {
  readonly kid: string;
  readonly alg: Alg;
  readonly window: KeyWindow;
  readonly canSign: boolean;
  /** The JWS protected header in base64url: never sent, rebuilt by both sides, the same for every URL of the key. */
  readonly protectedHeader: string;

  /** The members of the protected header, in the order that the contract fixes. */
  header(): { alg: Alg; b64: false; crit: ["b64"]; kid: string };

  isValidAt(nowSeconds: number): boolean;

  /** What verifies: a function and not a property, as those are printed. */
  verifying(): Material[Alg];

  /**
   * What signs.
   *
   * @throws TypeError for a public key
   */
  signing(): Material[Alg];
}

/** Signatures of such a pair would verify nowhere. */
export function halvesDiffer({ kid }: Pick<Key, "kid">): TypeError {
  return new TypeError(`the key "${kid}": expected x to be the public half of d`);
}

export type Key = { [Alg in Algorithm]: KeyOf<Alg> }[Algorithm];

/**
 * A key whose material only its functions can see.
 *
 * @param signing nothing for a key that can only verify
 */
export function createKey<Alg extends Algorithm>(
  { kid, alg, window }: Pick<KeyOf<Alg>, "kid" | "alg" | "window">,
  verifying: Material[Alg],
  signing: Material[Alg] | undefined,
): KeyOf<Alg> {
  const header = (): ReturnType<KeyOf<Alg>["header"]> => ({ alg, b64: false, crit: ["b64"], kid });
  return Object.freeze({
    kid,
    alg,
    window: Object.freeze(window),
    canSign: signing !== undefined,
    protectedHeader: encodeBase64url(utf8.encode(JSON.stringify(header()))),
    header,
    isValidAt: (nowSeconds: number) => window.nbf <= nowSeconds && nowSeconds < window.exp,
    verifying: () => verifying,
    signing() {
      if (signing === undefined) throw new TypeError(`the key "${kid}" is public and cannot sign`);
      return signing;
    },
  });
}
