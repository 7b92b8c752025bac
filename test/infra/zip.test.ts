import { unzipSync } from "fflate";
import { expect, it, onTestFinished, vi } from "vitest";
import { zip } from "../../infra/zip.ts";

const entry = (path: string) => ({ path, contents: new TextEncoder().encode(`${path}\n`.repeat(100)) });
const paths = ["index.mjs", "node_modules/b/index.js", "node_modules/a/lib.so"];

it("gives back what went in, sorted by name", () => {
  const files = unzipSync(zip(paths.map(entry)));
  expect(Object.keys(files)).toEqual(paths.toSorted());
  for (const path of paths) expect(files[path]).toEqual(entry(path).contents);
});

it("depends on neither order nor clock nor time zone", () => {
  const first = zip(paths.map(entry));
  onTestFinished(() => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
  });
  vi.useFakeTimers({ now: Date.UTC(2031, 5, 1) });
  vi.stubEnv("TZ", "Pacific/Auckland");
  expect(zip(paths.toReversed().map(entry))).toEqual(first);
});

it("marks each file as a regular one that all may read and nobody execute", () => {
  const archive = Buffer.from(zip([entry("index.mjs")]));
  // The central directory's header: the mode is in the upper half of the external attributes, of a Unix archive.
  const header = archive.indexOf(Buffer.from("PK\u0001\u0002", "latin1"));
  expect(archive.readUInt8(header + 5)).toBe(3);
  expect((archive.readUInt32LE(header + 38) >>> 16).toString(8)).toBe("100644");
});
