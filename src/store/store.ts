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

/** Gives room for at least so many bytes. What lay in a room that was given before is given up. */
export type Room = (bytes: number) => Buffer;

export interface ReadOptions {
  /** A larger object is refused before its body is read (SOURCE_TOO_LARGE). */
  readonly maxBytes?: number;
  /** Where a store that knows the length beforehand puts the body, which then is the lender's. */
  readonly room?: Room | undefined;
  readonly signal?: AbortSignal;
}

export interface WriteOptions {
  readonly contentType: string;
  /** Names in lower case; values any UTF-8 text. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
  readonly lastModified: Date;
}

/**
 * Reads sources; keys are decoded source keys.
 *
 * "Not there" is `undefined`, never an error; everything else that goes wrong, an aborted signal
 * included, is ImgsealError STORE_UNAVAILABLE with the cause attached.
 */
export interface SourceStore {
  head(key: string, options?: { readonly signal?: AbortSignal }): Promise<ObjectInfo | undefined>;
  /** The whole object, its length and (where one is kept) its checksum verified. */
  read(key: string, options?: ReadOptions): Promise<StoredObject | undefined>;
  /** Every object whose key begins with the prefix, in no promised order. */
  list(prefix: string): AsyncIterable<ListedObject>;
}

/** Keeps derivatives as well; keys are decoded canonical paths without the leading slash. */
export interface Store extends SourceStore {
  /**
   * Writes all of the object or nothing, and never over another one.
   *
   * @returns the ETag under which it is now stored, or `undefined` when the key was taken (a normal race)
   */
  writeIfAbsent(key: string, body: Uint8Array, options: WriteOptions): Promise<string | undefined>;
  /** Removes one object; one that is not there is no error. */
  remove(key: string): Promise<void>;
  /** Removes every object whose key begins with the prefix, and says how many. */
  removePrefix(prefix: string): Promise<number>;
}
