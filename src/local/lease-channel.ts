/** How a worker asks the primary process for a lease: plain messages over the channel between them. */

import { createLeaseDesk, type Holder } from "./lease-desk.ts";

/** One end of the channel: `process` in a worker, `cluster.Worker` in the primary. */
export interface Channel {
  send(message: LeaseMessage): void;
  onMessage(listener: (message: unknown) => void): void;
}

export type LeaseMessage =
  | { readonly type: "lease-request"; readonly path: string; readonly requestId: number }
  | { readonly type: "lease-grant"; readonly requestId: number }
  | { readonly type: "lease-release"; readonly path: string };

/** Runs the work while no other worker runs work for the same path. */
export type WithLease = <T>(path: string, work: () => Promise<T>) => Promise<T>;

/** The worker's side. */
export function leaseOver(channel: Channel): WithLease {
  const waiting = new Map<number, () => void>();
  let lastRequestId = 0;
  channel.onMessage((message) => {
    if (!isLeaseMessage(message) || message.type !== "lease-grant") return;
    waiting.get(message.requestId)?.();
    waiting.delete(message.requestId);
  });
  return async (path, work) => {
    const requestId = ++lastRequestId;
    const granted = new Promise<void>((resolve) => waiting.set(requestId, resolve));
    channel.send({ type: "lease-request", path, requestId });
    await granted;
    try {
      return await work();
    } finally {
      channel.send({ type: "lease-release", path });
    }
  };
}

/** The primary's side: serves every worker that joins, until it leaves. */
export function createLeaseService() {
  const desk = createLeaseDesk();
  return {
    /** @returns what to call when the worker is gone */
    join(channel: Channel): () => void {
      const holder: Holder = { grant: (requestId) => channel.send({ type: "lease-grant", requestId }) };
      channel.onMessage((message) => {
        if (!isLeaseMessage(message)) return;
        if (message.type === "lease-request") desk.request(holder, message.path, message.requestId);
        if (message.type === "lease-release") desk.release(holder, message.path);
      });
      return () => desk.forget(holder);
    },
  };
}

function isLeaseMessage(message: unknown): message is LeaseMessage {
  return (
    typeof message === "object" &&
    message !== null &&
    "type" in message &&
    String(message.type).startsWith("lease-")
  );
}
