// @module-tag long
import {type ChildProcess, spawn} from "node:child_process";
import {createHash} from "node:crypto";
import {setTimeout as sleep} from "node:timers/promises";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {runEval} from "../../../src/evals/runner/index.js";
import {openStore} from "../../../src/base/store/index.js";
import {openWordsProject, server, wordsEval, wordsProject} from "../runner/support/project.js";
import {childScript} from "../../support/childScript.js";
import {inFull} from "../../support/full.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {MOST, queuedRun} from "./support/queuedRun.js";
import {hasValkey, startValkey, type Valkey} from "./support/valkey.js";

const rounds = inFull(20, 3);
const rows = 120;
const victims = ["worker", "coordinator", "server"] as const;

/** A number in [0, 1) from a name: the same rounds are killed at the same moments every time. */
const chance = (name: string) => createHash("sha256").update(name).digest().readUInt32BE() / 2 ** 32;
const [workerMain, coordinatorMain] = (await Promise.all(
  ["workerMain", "coordinatorMain"].map((name) => childScript(new URL(`support/${name}.ts`, import.meta.url)))
)) as [string, string];

describe.skipIf(!hasValkey())(
  `a queue of which something is killed (${rounds} rounds)`,
  {tags: ["counted"]},
  () => {
    let valkey: Valkey;
    let model: ModelServer;
    let undisturbed: Awaited<ReturnType<typeof sealed>>;
    let calls: number;
    let workers: ChildProcess[] = [];
    let onRequest: (() => void) | undefined;

    beforeAll(async () => {
      [valkey, model] = await Promise.all([
        startValkey({aof: true}),
        startModelServer({
          behave({prompt}) {
            onRequest?.();
            return {latencyMs: 5 + Math.floor(20 * chance(prompt))};
          }
        })
      ]);
      const folder = await temporaryProject();
      const project = await wordsProject(folder, rows);
      ({calls} = await runEval(wordsEval(server(model.url)), {
        ...project,
        evalName: "words",
        options: {preflight: false, concurrency: MOST}
      }));
      project.store.close();
      undisturbed = await sealed(folder);
      workers = await Promise.all([startWorkerProcess(), startWorkerProcess()]);
    });
    afterAll(async () => {
      for (const worker of workers) worker.kill("SIGKILL");
      await Promise.all([valkey.close(), model.close()]);
    });

    for (let round = 0; round < rounds; round++) {
      const victim = victims[round % victims.length]!;
      it(`round ${round}: killing the ${victim} loses nothing, and repeats no more than the calls in flight`, async () => {
        const folder = await temporaryProject();
        const project = await wordsProject(folder, rows);
        model.requests.length = 0;
        const moment = 15 + Math.floor(chance(`${victim} ${round}`) * (calls - 60));
        const reached = new Promise<void>((resolve) => {
          onRequest = () => {
            if (model.requests.length >= moment) resolve();
          };
        });
        if (victim === "coordinator") {
          project.store.close();
          const coordinator = start(coordinatorMain, folder, valkey.url, model.url);
          await reached;
          await killed(coordinator);
          const store = await openStore(folder);
          await queuedRun(await openWordsProject(store), valkey.url, server(model.url));
          store.close();
        } else {
          const run = queuedRun(project, valkey.url, server(model.url));
          await reached;
          if (victim === "worker") {
            await killed(workers.shift()!);
            workers.push(await startWorkerProcess());
          } else {
            await valkey.kill();
            await sleep(200);
            await valkey.start();
          }
          await run;
          project.store.close();
        }
        onRequest = undefined;

        const times = new Map<string, number>();
        for (const {body, prompt} of model.requests) {
          const call = `${body.model} ${prompt}`;
          times.set(call, (times.get(call) ?? 0) + 1);
        }
        expect(times.size).toBe(calls);
        expect(model.requests.length - calls).toBeLessThanOrEqual(MOST);
        // Workers outlive their coordinator: what was in flight is kept for the next one.
        if (victim === "coordinator") expect(model.requests.length).toBe(calls);
        expect(await sealed(folder)).toEqual(undisturbed);
      });
    }

    function start(script: string, ...words: string[]): ChildProcess {
      return spawn(process.execPath, [script, ...words], {
        stdio: ["ignore", "pipe", "inherit"]
      });
    }

    async function startWorkerProcess(): Promise<ChildProcess> {
      const worker = start(workerMain, valkey.url, model.url);
      await new Promise<void>((resolve, reject) => {
        worker.stdout!.once("data", () => resolve());
        worker.once("exit", (code) => reject(new Error(`the worker ended with ${code}`)));
      });
      return worker;
    }
  }
);

async function killed(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

/** What a sealed run says, without its times. */
async function sealed(folder: string) {
  const store = await openStore(folder);
  try {
    const [run, ...others] = await store.runs();
    return {
      run: {
        id: run!.id,
        status: run!.status,
        planHash: run!.planHash,
        counts: run!.counts,
        others: others.length
      },
      items: await store.rows("select * from items"),
      completions: await store.rows("select * exclude (latency_ms, finished_at) from completions"),
      scores: await store.rows("select * from scores")
    };
  } finally {
    store.close();
  }
}
