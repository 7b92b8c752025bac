/**
 * Every error that a request can end in: one class, one table.
 *
 * A row says what the viewer sees (status, public message) and how long the answer may be cached. The detail
 * of an error goes to the log and nowhere else.
 */

interface ErrorRow {
  readonly status: number;
  /** What the viewer reads. All 403 read alike, so that an attacker learns nothing from them. */
  readonly publicMessage: string;
  /** How long CloudFront and a local cache may keep the answer; 0 is `no-store`. */
  readonly maxAgeSeconds: number;
  readonly retryAfterSeconds?: number;
}

const malformed = { status: 400, publicMessage: "Bad request", maxAgeSeconds: 0 } as const;
const forbidden = { status: 403, publicMessage: "Forbidden", maxAgeSeconds: 0 } as const;
const unavailable = {
  status: 503,
  publicMessage: "Temporarily unavailable",
  maxAgeSeconds: 1,
  retryAfterSeconds: 1,
} as const;

// CloudFront keeps a 415 when max-age tells it to and a 422 never: with 422, one broken source would mean
// endless work.
const refusedSource = { status: 415, maxAgeSeconds: 300 } as const;

export const errorTable = {
  URL_MALFORMED: malformed,
  VARIANT_UNDECLARED: malformed,
  SIGNATURE_MISSING: forbidden,
  SIGNATURE_INVALID: forbidden,
  URL_EXPIRED: forbidden,
  KEY_UNKNOWN: forbidden,
  GRANT_INVALID: forbidden,
  GRANT_SCOPE: forbidden,
  METHOD_NOT_ALLOWED: { status: 405, publicMessage: "Method not allowed", maxAgeSeconds: 0 },
  PRESET_UNKNOWN: { status: 404, publicMessage: "Not found", maxAgeSeconds: 0 },
  SOURCE_NOT_FOUND: { status: 404, publicMessage: "Not found", maxAgeSeconds: 10 },
  SOURCE_TOO_LARGE: { ...refusedSource, publicMessage: "The source image is too large" },
  SOURCE_UNREADABLE: { ...refusedSource, publicMessage: "The source image cannot be read" },
  SOURCE_TYPE_REFUSED: {
    ...refusedSource,
    publicMessage: "The source image is of a type that is not accepted",
  },
  RENDITION_TOO_LARGE: { ...refusedSource, publicMessage: "The rendered image is too large" },
  STORE_UNAVAILABLE: unavailable,
  OVERLOADED: unavailable,
  PRESET_SKEWED: unavailable,
  RENDER_TIMEOUT: { status: 504, publicMessage: "Rendering took too long", maxAgeSeconds: 60 },
  RENDER_FAILED: { status: 500, publicMessage: "Internal error", maxAgeSeconds: 1 },
  DERIVATIVE_UNREADABLE: { status: 500, publicMessage: "Internal error", maxAgeSeconds: 1 },
  INTERNAL: { status: 500, publicMessage: "Internal error", maxAgeSeconds: 1 },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;

/**
 * An error with a stable code; `message` is for the log and never reaches a viewer.
 *
 * Messages hold no signature, token or key: they are logged.
 */
export class ImgsealError extends Error {
  override readonly name = "ImgsealError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    const { stackTraceLimit } = Error;
    // A stack costs as much as an HMAC. Whoever sends forged URLs must not make them dearer than valid ones, and the
    // code and message of a refusal say all that there is to know.
    if (errorTable[code].status < 500) Error.stackTraceLimit = 0;
    super(message, options);
    Error.stackTraceLimit = stackTraceLimit;
    this.code = code;
  }
}

/** The table's row for a code. */
export function errorRow(code: ErrorCode): ErrorRow {
  return errorTable[code];
}
