/** viewer-request.zip under Lambda's runtime client, held against the handler in this process. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildEdge } from "../../infra/edge.ts";
import type { LogEntry } from "../../src/edge/log.ts";
import { viewerRequest } from "../../src/edge/viewer-request.ts";
import { type RequestChanges, viewerRequestEvent } from "../fixtures/events.ts";
import { signedTarget } from "../fixtures/service.ts";
import { edgeOptions } from "../infra/edge-options.ts";
import { keys, table, vectors } from "../vectors/signed-urls.ts";
import { nodes, type RunningFunction, startFunction } from "./runtime-client.ts";
import { type UnpackedBundle, unpack } from "./unpack.ts";

let folder: string;
let unpacked: UnpackedBundle;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "imgseal-runtime-"));
  const baked = edgeOptions(folder);
  await buildEdge({ ...baked, viewerRequest: { ...baked.viewerRequest, table } });
  unpacked = await unpack(join(folder, "viewer-request.zip"));
});

afterAll(async () => {
  await unpacked.remove();
  await rm(folder, { recursive: true });
});

interface Case {
  readonly name: string;
  readonly target: string;
  readonly changes?: RequestChanges;
}

const thumb = signedTarget({ preset: "thumb", source: "photos/cat.jpg" });
const avif = { headers: { accept: "image/avif,image/webp,*/*" } };

/** The vectors of the URL contract, and what they do not speak of. */
const cases: readonly Case[] = [
  ...vectors.valid,
  ...vectors.respelled.targets.map((target) => ({ name: `respelled: ${target}`, target })),
  ...vectors.refused,
  ...vectors.selected.map(({ name, target, accept }) => ({
    name,
    target,
    changes: { headers: { accept: accept ?? "" } },
  })),
  { name: "HEAD", target: thumb, changes: { method: "HEAD" } },
  { name: "HEAD, refused", target: "/photos/cat.jpg/thumb", changes: { method: "HEAD" } },
  { name: "a preflight", target: thumb, changes: { method: "OPTIONS" } },
  { name: "POST", target: thumb, changes: { method: "POST" } },
  { name: "robots.txt", target: "/robots.txt" },
  { name: "favicon.ico", target: "/favicon.ico" },
  { name: "the root", target: "/" },
  {
    name: "expired years ago",
    target: signedTarget({ preset: "thumb", source: "a.jpg", exp: 1_500_000_000 }),
  },
  {
    name: "a key of another alphabet",
    target: signedTarget({ preset: "thumb", source: "фото/кошка 🐈.jpg" }),
    changes: avif,
  },
  { name: "a decomposed accent", target: signedTarget({ preset: "thumb", source: "cafe\u0301.jpg" }) },
  { name: "8 kB of query", target: `${thumb}&x=${"y".repeat(8_000)}` },
];

/** What the handler of this process answers and logs. */
async function here({ target, changes }: Case) {
  const logged: LogEntry[] = [];
  const result = await viewerRequest(viewerRequestEvent(target, changes), {
    table,
    keys,
    nowMilliseconds: Date.now,
    log: (entry) => logged.push(entry),
  });
  return { text: JSON.stringify(result), logged: logged.map(({ ms: _, ...entry }) => entry) };
}

describe.each(nodes)("viewer-request.zip on Node %i under Lambda's runtime client", (node) => {
  let lambda: RunningFunction;

  beforeAll(async () => {
    lambda = await startFunction(unpacked.folder, { node, memoryMegabytes: 128 });
  });

  afterAll(() => lambda.close());

  it.each(cases)("answers as the handler does in this process: $name", async (each) => {
    const { text } = await lambda.deliver(viewerRequestEvent(each.target, each.changes));
    expect(text).toBe((await here(each)).text);
  });

  it("logs what the handler logs, in one line, and never a signature", async () => {
    const before = lambda.logged.length;
    const each = { name: "", target: thumb };
    await lambda.deliver(viewerRequestEvent(each.target));
    await expect.poll(() => lambda.logged.length).toBe(before + 1);
    const [, , level, message = ""] = lambda.logged.at(-1)?.split("\t") ?? [];
    const { ms, ...entry } = JSON.parse(message);
    expect(level).toBe("INFO");
    expect(ms).toEqual({ total: expect.any(Number) });
    expect([entry]).toEqual((await here(each)).logged);
    const signature = new URLSearchParams(thumb.split("?")[1]).get("sig") ?? "";
    expect(signature).toHaveLength(43);
    expect(lambda.logged.join("\n")).not.toContain(signature);
  });

  it("forgets one event before the next", async () => {
    const forged = `${thumb.slice(0, -4)}AAAA`;
    const answers = await Promise.all(
      [thumb, forged, thumb].map((target) => lambda.invoke(viewerRequestEvent(target))),
    );
    expect(answers).toEqual([
      expect.objectContaining({ uri: expect.stringContaining("/photos/cat.jpg/thumb.") }),
      expect.objectContaining({ status: "403" }),
      answers[0],
    ]);
  });

  it("keeps within half of its 128 MB", () => {
    expect(lambda.peakBytes()).toBeLessThan(64 * 1024 ** 2);
  });
});
