import type { Report } from "../../bench/benchmark.ts";
import { formatNumber } from "../../bench/tables.ts";
import { originResponseEvent } from "../../fixtures/events.ts";
import { openMemoryGroup } from "../memory-group.ts";
import { type NodeMajor, nodes, startFunction } from "../runtime-client.ts";
import { samplePaths } from "./renders.ts";
import type { EdgeSetting } from "./setting.ts";
import { megabytes } from "./starts.ts";

interface Pass {
  readonly node: NodeMajor;
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
  const passes: Pass[] = [];
  for (const node of nodes) {
    const first = await pass(setting, node, paths, full);
    passes.push(first);
    const { peakMegabytes: peak } = first;
    if (peak !== undefined)
      passes.push(...(await descend(setting, node, paths, Math.ceil(peak / step) * step)));
  }
  const rows = passes.map(({ node, limitMegabytes, peakMegabytes, failure }) => [
    String(node),
    formatNumber(limitMegabytes),
    failure ?? "all answered",
    peakMegabytes === undefined ? "" : formatNumber(peakMegabytes),
  ]);
  return {
    series: [
      {
        title: `One start, ${paths.length} misses one after the other.`,
        columns: ["Node", "limit, MiB", "outcome", "peak memory, MiB"],
        rows,
      },
      {
        title: `The smallest limit at which all was answered, in steps of ${step} MiB.`,
        columns: ["Node", "limit, MiB"],
        rows: nodes.map((node) => [String(node), smallestLimit(passes, node)]),
      },
    ],
    notes: [
      "the pictures are those of `npm start`: 24 megapixels at the largest size of every preset, in every format; each other one at the largest of banner, in every format",
      "the limit is a control group's, without swap; pages of Node's own program, which are there already, are not charged to it, and are in the peak (VmHWM of the process)",
      `the limit goes down by ${step} MiB from the peak until a render fails`,
    ],
  };
}

function smallestLimit(passes: readonly Pass[], node: NodeMajor): string {
  const passed = passes.filter((tried) => tried.node === node && tried.failure === undefined);
  return passed.length === 0
    ? `more than ${formatNumber(full)}`
    : formatNumber(Math.min(...passed.map(({ limitMegabytes }) => limitMegabytes)));
}

async function descend(setting: EdgeSetting, node: NodeMajor, paths: readonly string[], from: number) {
  const passes: Pass[] = [];
  for (let limit = from; limit > 0; limit -= step) {
    const tried = await pass(setting, node, paths, limit);
    passes.push(tried);
    if (tried.failure !== undefined) break;
  }
  return passes;
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
          node,
          limitMegabytes,
          failure: `${status} at miss ${index + 1}: ${path.split("/").slice(1).join("/")}`,
        };
      }
    }
    return { node, limitMegabytes, peakMegabytes: megabytes(lambda.peakBytes()) };
  } finally {
    await lambda.close();
    group.remove();
  }
}

function statusOf(answer: unknown): string {
  return typeof answer === "object" && answer !== null && "status" in answer ? String(answer.status) : "none";
}
