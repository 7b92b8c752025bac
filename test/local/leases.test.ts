import { EventEmitter } from "node:events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Channel, createLeaseService, leaseOver } from "../../src/local/lease-channel.ts";

/** Both ends of a channel that copies messages and delivers them later, as processes do. */
function connect(): { worker: Channel; primary: Channel } {
  const toPrimary = new EventEmitter();
  const toWorker = new EventEmitter();
  const end = (out: EventEmitter, into: EventEmitter): Channel => ({
    send: (message) => setImmediate(() => out.emit("message", structuredClone(message))),
    onMessage: (listener) => into.on("message", listener),
  });
  return { worker: end(toPrimary, toWorker), primary: end(toWorker, toPrimary) };
}

function startWorkers(count: number) {
  const service = createLeaseService();
  return Array.from({ length: count }, () => {
    const { worker, primary } = connect();
    return { withLease: leaseOver(worker), leave: service.join(primary) };
  });
}

const tick = () => new Promise((resolve) => setImmediate(resolve));

describe("leases", () => {
  it("let one worker at a time work on a path, and every one in the end", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(2), fc.constantFrom("/a", "/b")), { maxLength: 20 }),
        async (jobs) => {
          const workers = startWorkers(3);
          const running = new Map<string, number>();
          const done: string[] = [];
          await Promise.all(
            jobs.map(([index, path]) =>
              workers[index]?.withLease(path, async () => {
                running.set(path, (running.get(path) ?? 0) + 1);
                expect(running.get(path)).toBe(1);
                await tick();
                running.set(path, 0);
                done.push(path);
              }),
            ),
          );
          expect(done.length).toBe(jobs.length);
        },
      ),
    );
  });

  it("do not keep different paths from each other", async () => {
    const [one, other] = startWorkers(2);
    let release = () => {};
    const held = one?.withLease(
      "/a",
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    await expect(other?.withLease("/b", async () => "done")).resolves.toBe("done");
    release();
    await held;
  });

  it("are given back when the work fails", async () => {
    const [one, other] = startWorkers(2);
    await expect(one?.withLease("/a", () => Promise.reject(new Error("no render")))).rejects.toThrow(
      "no render",
    );
    await expect(other?.withLease("/a", async () => "done")).resolves.toBe("done");
  });

  it("of a worker that died go to those who wait", async () => {
    const [dying, waiting] = startWorkers(2);
    dying?.withLease("/a", () => new Promise(() => {}));
    await tick();
    await tick();
    const granted = waiting?.withLease("/a", async () => "done");
    await tick();
    dying?.leave();
    await expect(granted).resolves.toBe("done");
  });
});
