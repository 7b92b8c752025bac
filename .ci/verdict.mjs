// A run can be green because a test was skipped or its file was never found: both count as failures here.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const root = process.cwd();
// `npm test` and `npm run test:runtime`: without one of them its files are not run.
const reports = ["coverage/test-report.json", "coverage/runtime-report.json"].map(read);
const results = reports.flatMap(({ testResults }) => testResults);
const ran = new Set(results.map(({ name }) => relative(root, name)));
const missing = readdirSync("test", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts") && !name.includes("node_modules"))
  .map((name) => join("test", name))
  .filter((name) => !ran.has(name));
const empty = results.filter(({ assertionResults }) => assertionResults.length === 0);
const passed = sum(({ numPassedTests }) => numPassedTests);
const left = sum(({ numPendingTests, numTodoTests }) => numPendingTests + numTodoTests);

for (const name of missing) console.error(`not run: ${name}`);
for (const { name } of empty) console.error(`holds no test: ${relative(root, name)}`);
if (left > 0) console.error(`skipped or to do: ${left}`);

const failed = sum(({ numFailedTests }) => numFailedTests) + missing.length + empty.length + left;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 && reports.every(({ success }) => success) ? 0 : 1;

function read(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    console.error(`no report: ${error.message}`);
    return {
      success: false,
      testResults: [],
      numPassedTests: 0,
      numFailedTests: 1,
      numPendingTests: 0,
      numTodoTests: 0,
    };
  }
}

function sum(countOf) {
  return reports.reduce((total, report) => total + countOf(report), 0);
}
