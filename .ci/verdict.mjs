// A run can be green because a test was skipped or its file was never found: both count as failures here.
import { existsSync, readdirSync, readFileSync } from "node:fs";
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

// `npm run test:examples`: each folder of examples/, and each section of the README with a file to type.
const looked = new Set(read("coverage/examples-report.json").passed);
const sections = readFileSync("README.md", "utf8").split(/^##+ /m);
const unseen = [
  ...readdirSync("examples")
    .filter((name) => existsSync(join("examples", name, "package.json")))
    .map((name) => `examples/${name}`),
  ...sections
    .filter((section) => /`[\w./-]+`:\n\n```/.test(section))
    .map((section) => `README, ${section.slice(0, section.indexOf("\n"))}`),
].filter((name) => !looked.has(name));

for (const name of [...missing, ...unseen]) console.error(`not run: ${name}`);
for (const { name } of empty) console.error(`holds no test: ${relative(root, name)}`);
if (left > 0) console.error(`skipped or to do: ${left}`);

const failed =
  sum(({ numFailedTests }) => numFailedTests) + missing.length + unseen.length + empty.length + left;
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
      passed: [],
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
