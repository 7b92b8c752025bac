/** The processes that a process has started (proc(5)); none is found where there is no /proc. */

import { existsSync, readFileSync } from "node:fs";

export function childrenOf(pid: number): readonly number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(file)) return [];
  return (readFileSync(file, "utf8").match(/\d+/g) ?? []).map(Number);
}
