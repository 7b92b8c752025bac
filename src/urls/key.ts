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

/** When a key may be used, in unix seconds: from `nbf` on, and until the second before `exp`. */
export interface KeyWindow {
  readonly nbf?: number;
  readonly exp?: number;
}

/** An Ed25519 key as a JWK (RFC 8037 2); `d` is the private part. */
export interface Ed25519Jwk {
  readonly kty: "OKP";
  readonly crv: "Ed25519";
  readonly alg: "Ed25519";
  readonly x: string;
  readonly d?: string;
}

abstract class AnyKey<Alg extends Algorithm> {
  readonly kid: string;
  readonly alg: Alg;
  readonly window: KeyWindow;
  /** The JWS protected header in base64url: never sent, rebuilt by both sides, the same for every URL of the key. */
  readonly protectedHeader: string;

  constructor(kid: string, alg: Alg, window: KeyWindow) {
    this.kid = kid;
    this.alg = alg;
    this.window = Object.freeze(window);
    this.protectedHeader = encodeBase64url(new TextEncoder().encode(JSON.stringify(this.header())));
  }

  abstract readonly canSign: boolean;

  /** The members of the protected header, in the order that the contract fixes. */
  header(): { alg: Alg; b64: false; crit: ["b64"]; kid: string } {
    return { alg: this.alg, b64: false, crit: ["b64"], kid: this.kid };
  }

  isValidAt(nowSeconds: number): boolean {
    const { nbf = 0, exp = Infinity } = this.window;
    return nbf <= nowSeconds && nowSeconds < exp;
  }
}

/** A secret that signs and verifies. */
export class HmacKey extends AnyKey<"HS256"> {
  readonly canSign = true;
  readonly #octets: Uint8Array;

  constructor(kid: string, octets: Uint8Array, window: KeyWindow = {}) {
    super(kid, "HS256", window);
    this.#octets = octets;
    Object.freeze(this);
  }

  /** The secret itself. A method and not a getter: util.inspect can be told to run getters. */
  octets(): Uint8Array {
    return this.#octets;
  }
}

/** A key pair, or its public half, which verifies and cannot sign. */
export class Ed25519Key extends AnyKey<"Ed25519"> {
  readonly canSign: boolean;
  readonly #publicJwk: Ed25519Jwk;
  readonly #privateJwk: Ed25519Jwk | undefined;

  constructor(kid: string, { x, d }: { readonly x: string; readonly d?: string }, window: KeyWindow = {}) {
    super(kid, "Ed25519", window);
    const publicJwk = { kty: "OKP", crv: "Ed25519", alg: "Ed25519", x } as const;
    // Frozen, since whoever imports them keeps what was imported by their identity.
    this.#publicJwk = Object.freeze(publicJwk);
    this.#privateJwk = d === undefined ? undefined : Object.freeze({ ...publicJwk, d });
    this.canSign = d !== undefined;
    Object.freeze(this);
  }

  publicJwk(): Ed25519Jwk {
    return this.#publicJwk;
  }

  /** @throws TypeError for a key without its private half */
  privateJwk(): Ed25519Jwk {
    if (this.#privateJwk !== undefined) return this.#privateJwk;
    throw new TypeError(`the key "${this.kid}" is public: it verifies, and cannot sign`);
  }
}

export type Key = HmacKey | Ed25519Key;
