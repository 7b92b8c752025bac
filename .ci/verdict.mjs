// A run can be green because a test was skipped or its file was never found: both count as failures here.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const root = process.cwd();
const report = JSON.parse(readFileSync("coverage/test-report.json", "utf8"));
const ran = new Set(report.testResults.map(({ name }) => relative(root, name)));
const missing = readdirSync("test", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => join("test", name))
  .filter((name) => !ran.has(name));
const empty = report.testResults.filter(({ assertionResults }) => assertionResults.length === 0);
const left = report.numPendingTests + report.numTodoTests;

for (const name of missing) console.error(`not run: ${name}`);
for (const { name } of empty) console.error(`holds no test: ${relative(root, name)}`);
if (left > 0) console.error(`skipped or to do: ${left}`);

const failed = report.numFailedTests + missing.length + empty.length + left;
console.log(`${report.numPassedTests} passed, ${failed} failed`);
process.exitCode = failed === 0 && report.success && report.numPassedTests > 0 ? 0 : 1;
