// `npm test [-- FILES…]`: types, lint and prose beside the tests, which wait more than they compute.
import {spawn} from "node:child_process";

const npm = process.env.npm_execpath;

/** Runs a script of package.json; what it prints comes at its end, in one piece. */
function beside(name) {
  const [command, args] = npm ? [process.execPath, [npm, "run", name]] : ["npm", ["run", name]];
  const child = spawn(command, args, {stdio: ["ignore", "pipe", "pipe"]});
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (printed += data));
  return ended(child).then((status) => {
    console.log(`${printed.trimEnd()}\n${name}: ${status === 0 ? "ok" : `FAILED (${status})`}`);
    return {name, status};
  });
}

function ended(child) {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status, signal) => resolve(status ?? signal));
  });
}

const vitest = spawn(process.execPath, ["node_modules/vitest/vitest.mjs", "run", ...process.argv.slice(2)], {
  stdio: "inherit"
});
const results = await Promise.all([
  beside("lint"),
  ended(vitest).then((status) => ({name: "tests", status}))
]);
const failed = results.filter(({status}) => status !== 0).map(({name}) => name);
if (failed.length > 0) console.log(`\nFAILED: ${failed.join(", ")}`);
process.exitCode = failed.length > 0 ? 1 : 0;
