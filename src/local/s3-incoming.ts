/** Requests as they come in over node:http, and their bodies while they are on their way. */

import type { IncomingMessage } from "node:http";
import type { OriginRequest } from "./origin.ts";

/** Without the query. */
export function requestOf({ method = "GET", url = "/", headers }: IncomingMessage): OriginRequest {
  const single: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) single[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return { method, path: url.split("?")[0] ?? "/", headers: single };
}

export interface Received {
  /** Absent when it is too large. */
  readonly body: Buffer | undefined;
  /** Whether the object was deleted meanwhile ("How to prevent object overwrites with conditional writes"). */
  readonly isOvertaken: boolean;
}

export interface Uploads {
  receive(path: string, incoming: IncomingMessage): Promise<Received>;
  /** A deletion of what is at the path has succeeded. */
  overtake(path: string): void;
}

export function createUploads(): Uploads {
  const running = new Set<{ readonly path: string; isOvertaken: boolean }>();
  return {
    async receive(path, incoming) {
      const upload = { path, isOvertaken: false };
      running.add(upload);
      try {
        return { body: await bodyOf(incoming), isOvertaken: upload.isOvertaken };
      } finally {
        running.delete(upload);
      }
    },
    overtake(path) {
      for (const upload of running) {
        if (upload.path === path) upload.isOvertaken = true;
      }
    },
  };
}

// Renditions and the pictures of tests are far smaller; the whole body is held in memory.
const maxBodyBytes = 64 * 1024 * 1024;

async function bodyOf(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
