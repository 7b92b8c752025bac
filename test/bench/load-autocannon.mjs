// The same as load-wrk.lua, where wrk is not installed.
import { readFileSync } from "node:fs";
import autocannon from "autocannon";

const [options, targetsFile] = process.argv.slice(2);
const paths = readFileSync(targetsFile, "utf8").trim().split("\n");
let count = 0;
const setupRequest = (request) => ({ ...request, path: paths[count++ % paths.length] });
const result = await autocannon({
  ...JSON.parse(options),
  // With one target the request is built once: autocannon is the slower side otherwise.
  requests: [paths.length === 1 ? { path: paths[0] } : { setupRequest }],
});
console.log(
  `\n${JSON.stringify({
    requests: result.requests.total,
    seconds: result.duration,
    // A 304 is what a conditional request asks for, and no other one gets it.
    failed: result.non2xx - (result.statusCodeStats["304"]?.count ?? 0) + result.errors + result.timeouts,
    p99Milliseconds: result.latency.p99,
  })}`,
);
