/**
 * User metadata as HTTP header values: S3 keeps US-ASCII only, 2 kB in all, and HTTP trims spaces at both ends.
 *
 * What is not plain text is written as an RFC 2047 encoded-word, as S3 itself does when it answers; base64, because a
 * source key of 850 bytes in Korean would not fit into 2 kB percent-encoded.
 */

const plain = /^(?!=\?)[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
const encodedWord = /^=\?UTF-8\?B\?([A-Za-z0-9+/]*={0,2})\?=$/;

export function encodeMetadataValue(text: string): string {
  return plain.test(text) ? text : `=?UTF-8?B?${Buffer.from(text).toString("base64")}?=`;
}

/** The inverse of `encodeMetadataValue`; a value that it did not write stays as it is. */
export function decodeMetadataValue(value: string): string {
  const base64 = encodedWord.exec(value)?.[1];
  return base64 === undefined ? value : Buffer.from(base64, "base64").toString();
}
