// Reads the JSON report of vitest: prints "PASSED FAILED" to standard output, and what failed, with its reason, to standard error.
// A file that failed without a failed test (it could not be loaded, a hook threw) counts as one failure.
import {readFileSync} from "node:fs";

const {testResults, success} = JSON.parse(readFileSync(process.argv[2], "utf8"));
const indented = (text) => text.split("\n").slice(0, 12).join("\n").replace(/^/gm, "    ");
let passed = 0;
let failed = 0;
for (const {name, status, message, assertionResults} of testResults) {
  passed += assertionResults.filter((test) => test.status === "passed").length;
  const broken = assertionResults
    .filter((test) => test.status === "failed")
    .map((test) => ({what: test.fullName, why: test.failureMessages.join("\n")}));
  if (broken.length === 0 && status === "failed") broken.push({what: "the file", why: message});
  failed += broken.length;
  for (const {what, why} of broken) console.error(`failed: ${name}\n  ${what}\n${indented(why)}`);
}
if (!success && failed === 0)
  console.error("failed: an error outside of tests, which vitest prints at its end");
console.log(passed, failed);
