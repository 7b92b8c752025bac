/** One key of either algorithm. Its secret is out of reach of console.log, util.inspect and JSON.stringify. */

import { encodeBase64url } from "./base64url.ts";

interface AlgorithmRow {
  readonly kty: string;
  /** Every canonical base64url spelling of a signature: the last character carries bits that must be zero. */
  readonly signature: RegExp;
}

export const algorithms = {
  // RFC 7518 3.2. 43 characters carry 32 bytes and two bits more.
  HS256: { kty: "oct", signature: /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/ },
  // RFC 9864 2.2, RFC 8037. 86 characters carry 64 bytes and four bits more.
  Ed25519: { kty: "OKP", signature: /^[A-Za-z0-9_-]{85}[AQgw]$/ },
} as const satisfies Record<string, AlgorithmRow>;

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

/** When a key may be used, in unix seconds: from `nbf` on, and until the second before `exp`. */
export interface KeyWindow {
  readonly nbf?: number;
  readonly exp?: number;
}

export class KeyOf<Alg extends Algorithm> {
  readonly kid: string;
  readonly alg: Alg;
  readonly window: KeyWindow;
  readonly canSign: boolean;
  /** The JWS protected header in base64url: never sent, rebuilt by both sides, the same for every URL of the key. */
  readonly protectedHeader: string;
  readonly #verifying: Material[Alg];
  readonly #signing: Material[Alg] | undefined;

  /** @param signing nothing for a key that can only verify */
  constructor(
    { kid, alg, window }: { readonly kid: string; readonly alg: Alg; readonly window: KeyWindow },
    verifying: Material[Alg],
    signing: Material[Alg] | undefined,
  ) {
    this.kid = kid;
    this.alg = alg;
    this.window = Object.freeze(window);
    this.#verifying = verifying;
    this.#signing = signing;
    this.canSign = signing !== undefined;
    this.protectedHeader = encodeBase64url(new TextEncoder().encode(JSON.stringify(this.header())));
    Object.freeze(this);
  }

  /** The members of the protected header, in the order that the contract fixes. */
  header(): { alg: Alg; b64: false; crit: ["b64"]; kid: string } {
    return { alg: this.alg, b64: false, crit: ["b64"], kid: this.kid };
  }

  isValidAt(nowSeconds: number): boolean {
    const { nbf = 0, exp = Infinity } = this.window;
    return nbf <= nowSeconds && nowSeconds < exp;
  }

  /** What verifies: a method and not a getter, as util.inspect can be told to run getters. */
  verifying(): Material[Alg] {
    return this.#verifying;
  }

  /**
   * What signs.
   *
   * @throws TypeError for a public key
   */
  signing(): Material[Alg] {
    if (this.#signing === undefined) throw new TypeError(`the key "${this.kid}" is public and cannot sign`);
    return this.#signing;
  }
}

export type Key = { [Alg in Algorithm]: KeyOf<Alg> }[Algorithm];
