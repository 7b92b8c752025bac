/** Which worker may render a canonical path: one at a time, first come, first served. */

/** A worker, as the desk needs to know it. */
export interface Holder {
  grant(requestId: number): void;
}

interface Request {
  readonly holder: Holder;
  readonly requestId: number;
}

export interface LeaseDesk {
  request(holder: Holder, path: string, requestId: number): void;
  release(holder: Holder, path: string): void;
  /** A worker is gone: what it held goes to those who wait, and what it waited for is forgotten. */
  forget(holder: Holder): void;
}

/** The desk that the primary process keeps. */
export function createLeaseDesk(): LeaseDesk {
  // The first of a line holds the lease, the others wait.
  const lines = new Map<string, Request[]>();

  function release(holder: Holder, path: string): void {
    const line = lines.get(path);
    if (line?.[0]?.holder !== holder) return;
    line.shift();
    grantFirst(path, line);
  }

  function grantFirst(path: string, line: readonly Request[]): void {
    const [next] = line;
    if (next === undefined) lines.delete(path);
    else next.holder.grant(next.requestId);
  }

  return {
    request(holder, path, requestId) {
      const line = lines.get(path) ?? [];
      lines.set(path, line);
      line.push({ holder, requestId });
      if (line.length === 1) holder.grant(requestId);
    },
    release,
    forget(holder) {
      for (const [path, line] of lines) {
        const wasHeld = line[0]?.holder === holder;
        const others = line.filter((request) => request.holder !== holder);
        lines.set(path, others);
        if (wasHeld) grantFirst(path, others);
      }
    },
  };
}
