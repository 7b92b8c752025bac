import type { Report } from "../../bench/benchmark.ts";
import { formatNumber } from "../../bench/tables.ts";
import { originResponseEvent } from "../../fixtures/events.ts";
import { openMemoryGroup } from "../memory-group.ts";
import { type NodeMajor, nodes, startFunction } from "../runtime-client.ts";
import { samplePaths } from "./renders.ts";
import type { EdgeSetting } from "./setting.ts";
import { megabytes } from "./starts.ts";

interface Pass {
  readonly limitMegabytes: number;
  /** VmHWM of the process, when it lived. */
  readonly peakMegabytes?: number;
  /** What ended it. */
  readonly failure?: string;
}

const full = 1_536;
const step = 64;

/** The memory that origin-response needs for the sample pictures, under a control group's limit. */
export async function memory(setting: EdgeSetting): Promise<Report> {
  const all = samplePaths(setting);
  const paths = setting.isQuick ? all.slice(0, 5) : all;
  const rows: string[][] = [];
  for (const node of nodes) {
    const passes = [await pass(setting, node, paths, full), ...(await search(setting, node, paths))];
    for (const { limitMegabytes, peakMegabytes, failure } of passes) {
      rows.push([
        String(node),
        formatNumber(limitMegabytes),
        failure ?? "all answered",
        peakMegabytes === undefined ? "" : formatNumber(peakMegabytes),
      ]);
    }
  }
  return {
    series: [
      {
        title: `One start, ${paths.length} misses one after the other.`,
        columns: ["Node", "limit, MiB", "outcome", "peak memory, MiB"],
        rows,
      },
    ],
    notes: [
      "the limit is a control group's, without swap; page cache counts, and is given back before anything is killed",
      `the limits between are searched by halves, in steps of ${step} MiB; peak memory is VmHWM of the process`,
      "the pictures are those of `npm start`: 24 megapixels in every variant, each other one in the largest of every preset",
    ],
  };
}

/** By halves, between what surely is too little and what is given at the edge. */
async function search(setting: EdgeSetting, node: NodeMajor, paths: readonly string[]): Promise<Pass[]> {
  const passes: Pass[] = [];
  let tooLittle = step;
  let enough = full;
  while (enough - tooLittle > step) {
    const limit = tooLittle + Math.ceil((enough - tooLittle) / step / 2) * step;
    const tried = await pass(setting, node, paths, limit);
    passes.push(tried);
    if (tried.failure === undefined) enough = limit;
    else tooLittle = limit;
  }
  return passes.toSorted((a, b) => b.limitMegabytes - a.limitMegabytes);
}

async function pass(
  { originResponse, s3Environment }: EdgeSetting,
  node: NodeMajor,
  paths: readonly string[],
  limitMegabytes: number,
): Promise<Pass> {
  const group = openMemoryGroup(limitMegabytes * 1024 ** 2);
  if (group === undefined) throw new Error("memory is bounded by control groups, which need root on Linux");
  const lambda = await startFunction(originResponse, {
    node,
    memoryMegabytes: limitMegabytes,
    env: s3Environment,
    memory: group,
  });
  try {
    for (const [index, path] of paths.entries()) {
      const answer = await lambda.invoke(originResponseEvent(path, 404)).catch((error: Error) => error);
      const status = answer instanceof Error ? "killed" : statusOf(answer);
      if (status !== "200" && status !== "302") {
        return {
          limitMegabytes,
          failure: `${status} at miss ${index + 1}: ${path.split("/").slice(1).join("/")}`,
        };
      }
    }
    return { limitMegabytes, peakMegabytes: megabytes(lambda.peakBytes()) };
  } finally {
    await lambda.close();
    group.remove();
  }
}

function statusOf(answer: unknown): string {
  return typeof answer === "object" && answer !== null && "status" in answer ? String(answer.status) : "none";
}
