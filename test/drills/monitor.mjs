// `node --import monitor.mjs PROGRAM`: writes what the process uses to $IMGSEAL_DRILL_MONITOR/PID.jsonl, a line a second.
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";

const folder = process.env.IMGSEAL_DRILL_MONITOR;
if (folder !== undefined) {
  const resolution = 5;
  const histogram = monitorEventLoopDelay({ resolution });
  histogram.enable();
  const milliseconds = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - resolution);
  const write = () => {
    const { heapUsed } = process.memoryUsage();
    const delay = { p99: milliseconds(histogram.percentile(99)), max: milliseconds(histogram.max) };
    appendFileSync(
      join(folder, `${process.pid}.jsonl`),
      `${JSON.stringify({ at: Date.now(), heapUsed, delay })}\n`,
    );
    histogram.reset();
  };
  setInterval(write, 1_000).unref();
}
