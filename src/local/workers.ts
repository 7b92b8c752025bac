/** Several processes behind one port, which render each canonical path once between them. */

import cluster, { type Worker } from "node:cluster";
import { type Channel, createLeaseService, leaseOver, type WithLease } from "./lease-channel.ts";

export interface WorkersOptions {
  readonly count: number;
  /** A worker that ended by itself is replaced; this is told about it. */
  readonly onReplaced: (reason: string) => void;
}

export interface Workers {
  /** The port, once every worker listens; rejects when one ends before that. */
  readonly listening: Promise<number>;
  /** Asks every worker to finish what runs, and resolves when all have ended. */
  shutDown(): Promise<void>;
  /** Ends every worker at once. */
  kill(): void;
}

/** A worker ended before it listened; it has told the reason itself. */
export class WorkerFailed extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super("a worker process could not start");
    this.exitCode = exitCode;
  }
}

const shutDownMessage = "imgseal-shut-down";

// A worker that dies again and again, say by a bug in a decoder, must not become a loop of forks.
const replacementPauseMilliseconds = 1_000;

/**
 * Starts this very program again as workers; there, `isWorker()` is true.
 *
 * Every thread of a render takes an arena of glibc's allocator, and what fragments there is never given back. Two
 * arenas for all threads halve the memory at the same speed; the variable is read when a process starts.
 */
export function startWorkers({ count, onReplaced }: WorkersOptions): Workers {
  const leases = createLeaseService();
  let isEnding = false;

  function fork(): Worker {
    const worker = cluster.fork({ MALLOC_ARENA_MAX: process.env.MALLOC_ARENA_MAX ?? "2" });
    const leave = leases.join(channelTo(worker));
    worker.once("exit", leave);
    return worker;
  }

  function keep(worker: Worker): void {
    worker.once("exit", (code, signal) => {
      if (isEnding) return;
      onReplaced(
        `worker ${worker.process.pid} ended with ${signal ?? `code ${code}`}; another one takes its place`,
      );
      setTimeout(() => isEnding || keep(fork()), replacementPauseMilliseconds);
    });
  }

  const first = Array.from({ length: count }, fork);
  const listening = Promise.all(first.map(untilListening)).then(([port = 0]) => {
    first.forEach(keep);
    return port;
  });

  return {
    listening,
    async shutDown() {
      isEnding = true;
      const workers = liveWorkers();
      const ended = workers.map((worker) => new Promise((resolve) => worker.once("exit", resolve)));
      for (const worker of workers) if (worker.isConnected()) worker.send(shutDownMessage);
      await Promise.all(ended);
    },
    kill() {
      isEnding = true;
      for (const worker of liveWorkers()) worker.process.kill("SIGKILL");
    },
  };
}

/** Whether this process is one of those that `startWorkers` started. */
export function isWorker(): boolean {
  return cluster.isWorker;
}

/** In a worker: leases over the channel to the primary process. */
export function workerLeases(): WithLease {
  return leaseOver({
    send: (message) => process.send?.(message),
    onMessage: (listener) => process.on("message", listener),
  });
}

/** In a worker: resolves when the primary process asks it to end. */
export function untilAskedToEnd(): Promise<void> {
  return new Promise((resolve) => {
    process.on("message", (message) => {
      if (message === shutDownMessage) resolve();
    });
  });
}

function liveWorkers(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
}

function channelTo(worker: Worker): Channel {
  return {
    // A grant for a worker that has just ended is for nobody: `leave` passes it on.
    send: (message) => worker.isConnected() && worker.send(message),
    onMessage: (listener) => worker.on("message", listener),
  };
}

function untilListening(worker: Worker): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.once("listening", ({ port }) => resolve(port));
    worker.once("exit", (code) => reject(new WorkerFailed(code ?? 1)));
  });
}
