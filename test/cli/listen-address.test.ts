import { expect, test } from "vitest";
import { baseUrl, isOwnHost } from "../../src/cli/listen-address.ts";

test.each([
  ["127.0.0.1", "127.0.0.1:8787"],
  ["127.0.0.1", "localhost"],
  ["localhost", "LocalHost:8787"],
  ["::1", "[::1]:8787"],
  ["127.0.0.2", "127.0.0.2:8787"],
  // No browser leaves it out.
  ["127.0.0.1", undefined],
  ["0.0.0.0", "pictures.example"],
  ["192.0.2.7", "pictures.example:80"],
])("on %s, the Host %s is its own", (host, header) => {
  expect(isOwnHost(header, host)).toBe(true);
});

test.each([
  ["127.0.0.1", "rebound.example:8787"],
  ["127.0.0.1", "127.0.0.2:8787"],
  ["127.0.0.1", "127.0.0.1.rebound.example"],
  ["127.0.0.1", "localhost.rebound.example"],
  ["127.0.0.1", "localhost:8787@rebound.example"],
  ["::1", "[::2]:8787"],
  ["localhost", ""],
])("on %s, the Host %s is another's", (host, header) => {
  expect(isOwnHost(header, host)).toBe(false);
});

test.each([
  ["127.0.0.1", "http://127.0.0.1:80"],
  ["0.0.0.0", "http://127.0.0.1:80"],
  ["::", "http://127.0.0.1:80"],
  ["::1", "http://[::1]:80"],
])("what listens on %s is opened at %s", (host, url) => {
  expect(baseUrl(host, 80)).toBe(url);
  expect(isOwnHost(new URL(url).host, host)).toBe(true);
});
