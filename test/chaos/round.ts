import {readdir, readFile} from "node:fs/promises";
import {join} from "node:path";
import {isDeepStrictEqual} from "node:util";
import {setTimeout as sleep} from "node:timers/promises";
import {Redis} from "ioredis";
import type {Valkey} from "../evals/queue/support/valkey.js";
import type {Actor} from "./actor.js";
import type {Disturbance} from "./disturbances.js";
import type {FaultyEndpoint} from "./faultyEndpoint.js";
import {sealed} from "./sealed.js";

export interface Stage {
  valkey: Valkey;
  endpoint: FaultyEndpoint;
  workers: Actor[];
  coordinator: Actor;
}

export interface RoundResult {
  requests: number;
  repeated: number;
  /** The most that may have been repeated: calls open at the moments of the disturbances. */
  mayRepeat: number;
  seconds: number;
  /** What is wrong; empty when nothing is. */
  faults: string[];
}

const LONGEST_MS = 120_000;

/** Runs the eval of a project while it is disturbed, and holds what was sealed against `undisturbed`. */
export async function playRound(
  stage: Stage,
  folder: string,
  disturbances: readonly Disturbance[],
  undisturbed: Record<string, unknown>
): Promise<RoundResult> {
  const {endpoint, coordinator, valkey} = stage;
  const begun = performance.now();
  const faults: string[] = [];
  let mayRepeat = 0;
  const waiting = [...disturbances];
  const running: Promise<void>[] = [];
  const noteOpen = () => {
    const open = openCalls(folder, endpoint).then((count) => {
      mayRepeat += count;
    });
    running.push(open);
    return open;
  };
  endpoint.onRequest = () => {
    while (waiting[0] && waiting[0].atRequest <= endpoint.received) {
      const next = waiting.shift()!;
      running.push(noteOpen().then(() => disturb(stage, next)));
    }
  };
  const ended = coordinator.start((url) => [folder, url, endpoint.url]);
  const said = await Promise.race([
    ended.catch((error: Error) => error.message),
    sleep(LONGEST_MS, undefined, {ref: false}).then(
      () => `it had not ended after ${LONGEST_MS / 1000} s: ${coordinator.said()}`
    )
  ]);
  endpoint.onRequest = undefined;
  await coordinator.stop();
  await Promise.all(running);
  if (!said.startsWith("complete")) faults.push(said);
  else faults.push(...(await wrongIn(await sealed(folder), undisturbed)), ...(await leftOn(valkey)));
  for (const actor of [...stage.workers, coordinator]) faults.push(...actor.takeFaults());
  const {received: requests, repeated} = endpoint;
  if (repeated > mayRepeat) faults.push(`${repeated} calls were paid for twice, and ${mayRepeat} were open`);
  return {requests, repeated, mayRepeat, seconds: (performance.now() - begun) / 1000, faults};
}

async function disturb({valkey, workers, coordinator}: Stage, {kind, whom, ms}: Disturbance): Promise<void> {
  if (kind !== "server") return (workers[whom] ?? coordinator).disturb(kind, ms);
  await valkey.kill();
  await sleep(ms);
  await valkey.start();
}

/** Calls that were begun and whose outcome the journal does not hold. */
async function openCalls(folder: string, endpoint: FaultyEndpoint): Promise<number> {
  const asked = endpoint.asked;
  const runs = join(folder, ".assay", "runs");
  let ended = 0;
  for (const run of await readdir(runs).catch(() => [] as string[])) {
    const text = await readFile(join(runs, run, "journal.ndjson"), "utf8").catch(() => "");
    ended += text.split("\n").length - 1;
  }
  return Math.max(0, asked - ended);
}

function wrongIn(found: Record<string, unknown>, wanted: Record<string, unknown>): string[] {
  return Object.keys(wanted)
    .filter((name) => !isDeepStrictEqual(found[name], wanted[name]))
    .map((name) => `what was sealed of ${name} differs from the undisturbed run`);
}

/** A run that has ended leaves nothing on the server but messages that came too late, which expire. */
async function leftOn(valkey: Valkey): Promise<string[]> {
  const redis = new Redis(valkey.url);
  const keys = await redis.keys("assay:*");
  const lasting = await Promise.all(
    keys.map(async (key) => (/^assay:\d+:run:/.test(key) || (await redis.ttl(key)) === -1 ? [key] : []))
  );
  redis.disconnect();
  const left = lasting
    .flat()
    .filter((key) => /^assay:\d+:(run|outcomes|messages|claims|requests):/.test(key));
  return left.length > 0 ? [`left on the server: ${left.join(", ")}`] : [];
}
