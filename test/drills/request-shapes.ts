/** Requests that no honest client sends: each with the answers that it has to get, byte by byte over a bare socket. */

/** What came back: the status of every answer, in order; empty when the connection was closed without one. */
type Statuses = readonly number[];

export interface Shape {
  readonly name: string;
  readonly bytes: string;
  readonly expected: Statuses;
}

/** Targets that are signed, and in the memory of the server. */
export interface Targets {
  readonly picture: string;
}

const end = "\r\n\r\n";

/** The one table that drives it. */
export function requestShapes({ picture }: Targets): readonly Shape[] {
  const get = (headers: string, target = picture) => `GET ${target} HTTP/1.1\r\nhost: x\r\n${headers}`;
  const last = "connection: close\r\n";
  const smuggled = `GET /og/smuggled.jpg HTTP/1.1\r\nhost: x${end}`;
  const length = (bytes: string) => `content-length: ${bytes.length}\r\n`;
  return [
    // Large, and inside the limits: the picture. Outside of them: refused before anything is looked at.
    ask("a header of 31 kB", get(`x-long: ${"y".repeat(31_000)}\r\n${last}\r\n`), [200]),
    ask("a header of 64 kB", get(`x-long: ${"y".repeat(64_000)}${end}`), [431]),
    ask("2,500 header lines", get(`${"a: b\r\n".repeat(2_500)}${last}\r\n`), [200]),
    ask("20,000 header lines", get(`${"a: b\r\n".repeat(20_000)}\r\n`), [431]),
    ask("a URL of 8,192 bytes", get(`${last}\r\n`, padded(picture, 8_192)), [200]),
    ask("a URL of 8,193 bytes", get(`${last}\r\n`, padded(picture, 8_193)), [414]),
    ask("a URL of 40,000 bytes", get("\r\n", padded(picture, 40_000)), [431]),
    ask("Accept of 8 kB of commas", get(`accept: ${",".repeat(8_000)}\r\n${last}\r\n`), [200]),
    ask("Accept of 900 types", get(`accept: ${"image/x;q=0.1,".repeat(900)}\r\n${last}\r\n`), [200]),
    ask("If-None-Match of 4,000 tags", get(`if-none-match: ${'W/"x",'.repeat(4_000)}\r\n${last}\r\n`), [200]),
    ask("a Range of 1,000 parts", get(`range: bytes=${"0-0,".repeat(999)}0-0\r\n${last}\r\n`), [200]),
    ask(
      "a Range of 1,000 overlapping parts",
      get(`range: bytes=${"0-,".repeat(999)}0-\r\n${last}\r\n`),
      [200],
    ),
    ask("a Range that ends after 2^64", get(`range: bytes=0-18446744073709551616\r\n${last}\r\n`), [206]),
    ask("a Range that begins after 2^64", get(`range: bytes=18446744073709551616-\r\n${last}\r\n`), [416]),

    // Pipelining: every answer, in order. A request that cannot be read ends the connection at once.
    ask("200 requests in one packet", get("\r\n").repeat(199) + get(`${last}\r\n`), repeated(200, 200)),
    ask("a good request and then none", `${get("\r\n")}NONSENSE${end}`, [400]),

    // Request smuggling (RFC 9112 11.2): what two readers could frame in two ways, this one refuses.
    ask(
      "Content-Length and Transfer-Encoding",
      get(`content-length: 4\r\ntransfer-encoding: chunked${end}0${end}`),
      [400],
    ),
    ask(
      "two different Content-Length",
      get(`content-length: 0\r\n${length(smuggled)}\r\n${smuggled}`),
      [400],
    ),
    ask("a list as Content-Length", get(`content-length: 0, ${smuggled.length}${end}${smuggled}`), [400]),
    ask("a signed Content-Length", get(`content-length: +${smuggled.length}${end}${smuggled}`), [400]),
    ask("a hexadecimal Content-Length", get(`content-length: 0x10${end}`), [400]),
    ask("an unknown Transfer-Encoding", get(`transfer-encoding: xchunked${end}0${end}`), [400]),
    ask("chunked, but not last", get(`transfer-encoding: chunked, identity${end}0${end}`), [400]),
    ask("a space before the colon", get(`transfer-encoding : chunked${end}0${end}`), [400]),
    ask("a folded header", get(`x-a: b\r\n transfer-encoding: chunked${end}`), [400]),
    ask("a bare line feed in the head", `GET ${picture} HTTP/1.1\nhost: x\nconnection: close\n\n`, [400]),
    ask("a bare carriage return in a value", get(`x-a: b\rtransfer-encoding: chunked${end}`), [400]),
    ask("a NUL in a value", get(`x-a: b\0c${end}`), [400]),
    ask("a chunk with a bad size", `${get("transfer-encoding: chunked\r\n")}\r\n0x1\r\n`, [400]),
    ask("a request in the body of a GET", `${get(`${length(smuggled)}${last}`)}\r\n${smuggled}`, [200]),
    ask(
      "a request in a chunk",
      `${get(`transfer-encoding: chunked\r\n${last}`)}\r\n${chunked(smuggled)}`,
      [200],
    ),
    ask("no Host", `GET ${picture} HTTP/1.1${end}`, [400]),
    // Node takes the first, and nothing here reads it.
    ask("two Hosts", get(`host: y\r\n${last}\r\n`), [200]),

    // Other protocols and other forms of a target.
    ask("an absolute target", get(`${last}\r\n`, `http://x${picture}`), [200]),
    ask("another scheme as the target", get(`${last}\r\n`, `ftp://x${picture}`), [400]),
    ask("OPTIONS *", `OPTIONS * HTTP/1.1\r\nhost: x\r\n${last}\r\n`, [204]),
    ask("CONNECT", `CONNECT 127.0.0.1:22 HTTP/1.1\r\nhost: x${end}`, []),
    ask("an upgrade to WebSocket", get(`upgrade: websocket\r\nconnection: upgrade, close${end}`), [200]),
    ask("HTTP/2 with prior knowledge", `PRI * HTTP/2.0${end}SM${end}`, [400]),
    ask("TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", [400]),
    ask("HTTP/1.0", `GET ${picture} HTTP/1.0${end}`, [200]),
    ask("HTTP/9.9", `GET ${picture} HTTP/9.9\r\nhost: x${end}`, [400]),
    ask("an unknown method", `BREW ${picture} HTTP/1.1\r\nhost: x${end}`, [400]),
    ask("Expect: 100-continue", get(`expect: 100-continue\r\n${last}\r\n`), [100, 200]),
    ask("an Expect that nobody knows", get(`expect: a miracle\r\n${last}\r\n`), [417]),
    ask(
      "a POST with a megabyte",
      `POST ${picture} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n${last}\r\n${"x".repeat(1_000_000)}`,
      [405],
    ),
  ];
}

function ask(name: string, bytes: string, expected: Statuses): Shape {
  return { name, bytes, expected };
}

function repeated(status: number, times: number): Statuses {
  return Array.from({ length: times }, () => status);
}

function padded(target: string, bytes: number): string {
  const filler = "&x=";
  return target + filler + "y".repeat(bytes - target.length - filler.length);
}

function chunked(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n0${end}`;
}
