/** Where sources and derivatives are kept: one interface, an S3 and a folder implementation. */

export interface ObjectInfo {
  readonly bytes: number;
  readonly contentType: string;
  /** With its quotation marks, as HTTP writes it (RFC 9110 8.8.3). */
  readonly etag: string;
  readonly lastModified: Date;
  /** What was given to `writeIfAbsent`; names in lower case, values any UTF-8 text. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface StoredObject extends ObjectInfo {
  readonly body: Buffer;
}

export interface ReadOptions {
  /** A larger object is refused before its body is read (SOURCE_TOO_LARGE). */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

export interface WriteOptions {
  readonly contentType: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * Keys are decoded source keys or canonical paths without the leading slash.
 *
 * "Not there" is `undefined`, never an error; everything else that goes wrong is
 * ImgsealError STORE_UNAVAILABLE with the cause attached.
 */
export interface Store {
  head(key: string, options?: { readonly signal?: AbortSignal }): Promise<ObjectInfo | undefined>;
  /** The whole object, its length and checksum verified. */
  read(key: string, options?: ReadOptions): Promise<StoredObject | undefined>;
  /**
   * Writes all of the object or nothing, and never over another one.
   *
   * @returns the ETag under which it is now stored, or `undefined` when the key was taken (a normal race)
   */
  writeIfAbsent(key: string, body: Uint8Array, options: WriteOptions): Promise<string | undefined>;
  /** Removes every object whose key begins with the prefix, and says how many. */
  removePrefix(prefix: string): Promise<number>;
  list(
    prefix: string,
  ): AsyncIterable<{ readonly key: string; readonly bytes: number; readonly lastModified: Date }>;
}
