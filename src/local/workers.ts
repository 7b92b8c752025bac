/** Several processes behind one port, which render each canonical path once between them. */

import cluster, { type Worker } from "node:cluster";
import { turnEventLoop } from "./event-loop.ts";
import { type Channel, createLeaseService, leaseOver, type WithLease } from "./lease-channel.ts";
import { rendersAtOnce } from "./parallelism.ts";

export interface WorkersOptions {
  readonly count: number;
  /** This program's arguments; with a port that is known, or a worker that comes later would choose another one. */
  readonly arguments: string[];
  /** On how many ports each of them listens, one unless said. */
  readonly ports?: number;
  /** A worker that ended by itself is replaced; this is told about it. */
  readonly onReplaced: (reason: string) => void;
}

export interface Workers {
  /** Once every worker listens; rejects with WorkerFailed when one ends before that. */
  readonly listening: Promise<void>;
  /** Asks every worker to finish what runs, ends those that have not after that time, and resolves when all have. */
  shutDown(graceMilliseconds: number): Promise<void>;
}

/** A worker ended before it listened; it has told the reason itself. */
export class WorkerFailed extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super("a worker process could not start");
    this.exitCode = exitCode;
  }
}

/** What glibc and libuv read when a process starts; what a user has set in the environment wins. */
function processSettings(renders: number): Record<string, string> {
  return {
    // Every thread takes an arena of glibc's allocator, up to eight for each core, and what fragments there is never given
    // back. One for each render is as fast, at half the memory; with fewer they wait for each other, for 2 % of their time.
    MALLOC_ARENA_MAX: String(Math.max(2, renders)),
    // Once a large buffer has been freed, glibc takes buffers up to that size, at most 32 MB, from the arenas; a threshold
    // that is set stays where it is, and what is larger goes back to the system as soon as it is freed.
    MALLOC_MMAP_THRESHOLD_: String(4 * 1024 * 1024),
    // Renders and files share libuv's threads, four unless told: one for each render, and three for files, which must not
    // wait for a picture.
    UV_THREADPOOL_SIZE: String(renders + 3),
  };
}

const shutDownMessage = "imgseal-shut-down";

// This process accepts for all workers and hands connections on one by one: those that wait for it come first.
const handingOverTurns = 5;

// A worker that dies again and again, say by a bug in a decoder, must not become a loop of forks.
const shortestLifeMilliseconds = 1_000;

/**
 * Starts this very program again as workers, also when it is one only: some settings are read when a process starts.
 * There, `isWorker()` is true.
 */
export function startWorkers(options: WorkersOptions): Workers {
  const leases = createLeaseService();
  let isEnding = false;
  const settings = processSettings(rendersAtOnce(options.count));
  cluster.setupPrimary({ args: options.arguments });

  function fork(): Worker {
    const worker = cluster.fork({ ...settings, ...process.env });
    const leave = leases.join(channelTo(worker));
    worker.once("exit", leave);
    // Asked while it was starting, it would not have heard.
    worker.once("listening", () => isEnding && worker.send(shutDownMessage));
    return worker;
  }

  function keep(worker: Worker): void {
    const started = Date.now();
    worker.once("exit", (code, signal) => {
      if (isEnding) return;
      options.onReplaced(
        `worker ${worker.process.pid} ended with ${signal ?? `code ${code}`}; another one takes its place`,
      );
      const lived = Date.now() - started;
      setTimeout(() => isEnding || keep(fork()), Math.max(0, shortestLifeMilliseconds - lived));
    });
  }

  // One after the other: what keeps the first from listening (a port that is taken) is told once.
  async function listen(): Promise<void> {
    for (let started = 0; started < options.count; started++) {
      const worker = fork();
      await untilListening(worker, options.ports ?? 1);
      keep(worker);
    }
  }

  return {
    listening: listen(),
    async shutDown(graceMilliseconds) {
      isEnding = true;
      const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
      const deadline = setTimeout(() => {
        for (const worker of workers) worker.process.kill("SIGKILL");
      }, graceMilliseconds);
      const ended = workers.map((worker) => new Promise((resolve) => worker.once("exit", resolve)));
      await turnEventLoop(handingOverTurns);
      for (const worker of workers) if (worker.isConnected()) worker.send(shutDownMessage);
      await Promise.all(ended);
      clearTimeout(deadline);
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

function channelTo(worker: Worker): Channel {
  return {
    // A grant for a worker that has just ended is for nobody: `leave` passes it on.
    send: (message) => worker.isConnected() && worker.send(message),
    onMessage: (listener) => worker.on("message", listener),
  };
}

function untilListening(worker: Worker, ports: number): Promise<void> {
  let listening = 0;
  return new Promise((resolve, reject) => {
    worker.on("listening", () => {
      listening += 1;
      if (listening === ports) resolve();
    });
    worker.once("exit", (code) => reject(new WorkerFailed(code ?? 1)));
  });
}
