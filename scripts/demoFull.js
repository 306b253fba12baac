// The demo with all mails, words and candidates; its language models train for about an hour on two cores. States their word
// error rates on the frozen test part. `npm run demo:full`; Ctrl-C and the same command goes on.
import {spawnSync} from "node:child_process";
import {resolve} from "node:path";
import {runVerdict} from "../lib/report/site/index.js";
import {openStore, openWorkspace} from "../lib/base/store/index.js";

const project = resolve(import.meta.dirname, "..");
process.chdir(project);

const {status} = spawnSync(process.execPath, ["lib/bundle/main.js", "rebuild"], {
  stdio: "inherit",
  env: {...process.env, ASSAY_DEMO: "full"}
});
if (status !== 0) process.exit(status ?? 1);

const store = await openStore(await openWorkspace(project));
try {
  const runs = (await store.runs()).filter((run) => run.eval === "words" && run.status === "complete");
  const newest = runs.reduce((a, b) => (a.sealedAt > b.sealedAt ? a : b));
  const {verdict} = await runVerdict(store, newest);
  const percent = (share) => (100 * share).toFixed(1);
  const count = (words) => words.toLocaleString("en-US");
  console.log(
    `\nWord error rates on the frozen test part of a dictionary of ${count(newest.dataset.rows)} words (95% CI):`
  );
  for (const {candidate, mean, low, high, scored} of verdict.summaries)
    console.log(
      `  ${candidate}: ${percent(1 - mean)}% (${percent(1 - high)} to ${percent(1 - low)}) on ${count(scored)} words`
    );
} finally {
  await store.close();
}
