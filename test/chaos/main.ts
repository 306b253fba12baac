import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {parseArgs} from "node:util";
import {wordsProject} from "../evals/runner/support/project.js";
import {hasValkey, startValkey} from "../evals/queue/support/valkey.js";
import {openActor} from "./actor.js";
import {disturbancesOf, disturbanceText} from "./disturbances.js";
import {startFaultyEndpoint} from "./faultyEndpoint.js";
import {playRound, type RoundResult, type Stage} from "./round.js";
import {sealed} from "./sealed.js";

/**
 * `npm run chaos -- [--rounds N] [--seed S] [--from ROUND]`: a coordinator and three workers, a Valkey with an
 * append-only file and a faulty endpoint, of which something is killed, cut off, frozen or given another time at moments
 * that the seed names. Exit code 1 when a round's result is not that of an undisturbed run.
 */
const {values} = parseArgs({
  options: {
    rounds: {type: "string", default: "10"},
    seed: {type: "string", default: "1"},
    from: {type: "string", default: "0"}
  }
});
const rounds = Number(values.rounds);
const seed = Number(values.seed);
const from = Number(values.from);
const WORKERS = 3;
const ROWS = 240;
const key = Buffer.alloc(32, 7).toString("base64");

if (!hasValkey()) process.exit(1);
const scratch = await mkdtemp(join(tmpdir(), "assay-chaos-"));
const valkey = await startValkey({aof: true});
const valkeyPort = Number(new URL(valkey.url).port);
const endpoint = await startFaultyEndpoint();
const workers = await Promise.all(
  Array.from({length: WORKERS}, () => openActor("workerMain", valkeyPort, key))
);
const coordinator = await openActor("coordinatorMain", valkeyPort, key);
const stage: Stage = {valkey, endpoint, workers, coordinator};
let failed = 0;
try {
  const {undisturbed, calls} = await undisturbedRun();
  await Promise.all(workers.map((worker) => worker.start((url) => [url, endpoint.url])));
  for (let round = from; round < from + rounds; round++) {
    const folder = await project(`round ${round}`);
    endpoint.beginRound(`${seed} ${round}`, true);
    const disturbances = disturbancesOf(seed, round, WORKERS, calls);
    const result = await playRound(stage, folder, disturbances, undisturbed);
    if (result.faults.length > 0) failed++;
    print(round, disturbances.map((one) => disturbanceText(one, WORKERS)).join(", "), result);
    await rm(folder, {recursive: true, force: true});
  }
} finally {
  await Promise.all([...workers, coordinator].map((actor) => actor.close()));
  await Promise.all([valkey.close(), endpoint.close()]);
  await rm(scratch, {recursive: true, force: true});
}
console.log(
  failed === 0
    ? `${rounds} rounds of seed ${seed}: every sealed result equals the undisturbed one`
    : `${failed} of ${rounds} rounds of seed ${seed} FAILED`
);
process.exit(failed === 0 ? 0 : 1);

async function project(name: string): Promise<string> {
  const folder = join(scratch, name.replace(" ", "-"));
  (await wordsProject(folder, ROWS)).store.close();
  return folder;
}

/** In one process, without a queue and without faults. */
async function undisturbedRun(): Promise<{undisturbed: Record<string, unknown>; calls: number}> {
  const folder = await project("undisturbed");
  endpoint.beginRound(`${seed}`, false);
  await coordinator.start(() => [folder, "-", endpoint.url]);
  return {undisturbed: await sealed(folder), calls: endpoint.asked};
}

function print(
  round: number,
  what: string,
  {requests, repeated, mayRepeat, seconds, faults}: RoundResult
): void {
  console.log(
    `round ${round}: ${faults.length > 0 ? "FAILED" : "ok"} in ${seconds.toFixed(1)} s; ${requests} requests, ${repeated} calls repeated of ${mayRepeat} open; ${what}`
  );
  for (const fault of faults) console.log(`  --seed ${seed} --from ${round} --rounds 1: ${fault}`);
}
