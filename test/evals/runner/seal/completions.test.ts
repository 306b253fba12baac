import {existsSync} from "node:fs";
import {readdir} from "node:fs/promises";
import {join} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";
import {describe, expect, it} from "vitest";
import type {Endpoint} from "../../../../src/inference/endpoints/index.js";
import {candidate, runEval} from "../../../../src/evals/runner/index.js";
import {temporaryProject} from "../../../support/temporaryWorkspace.js";
import {type Project, wordsEval, wordsProject} from "../support/project.js";

// Together more than one range of requests.
const ROWS = 1000;
const REPEATS = 20;

/** An endpoint of this process. */
function instant(answer: (call: number) => Promise<void> | void): Endpoint {
  let calls = 0;
  return {
    name: "instant",
    kind: "embedded",
    hosting: "on-prem",
    trust: "local",
    identity: () => Promise.resolve({server: "instant"}),
    async complete({messages}) {
      await answer(++calls);
      const text = String(messages.at(-1)!.content).split(" ").at(-1)!;
      return {
        text,
        usage: {promptTokens: 4, completionTokens: 1},
        finishReason: "stop",
        latencyMs: 1,
        attempts: 1
      };
    }
  };
}

const run = ({store, version, split}: Project, endpoint: Endpoint, signal?: AbortSignal) =>
  runEval(
    {...wordsEval(endpoint), candidates: [candidate("one", endpoint, "m")], repeats: REPEATS},
    {store, version, split, evalName: "words", options: {preflight: false, concurrency: 8}, signal}
  );

async function joinedEarly({store}: Project): Promise<boolean> {
  const {tmpDir} = store.workspace;
  const folders = existsSync(tmpDir) ? await readdir(tmpDir) : [];
  return folders.some((name) => existsSync(join(tmpDir, name, "completions-0.parquet")));
}

describe("completions of a range of requests", () => {
  it("are joined while others are called, also those of an earlier start", async () => {
    const project = await wordsProject(await temporaryProject(), ROWS, 0.9);
    const total = project.split.counts["test"]! * REPEATS;
    expect(total).toBeGreaterThan(16_384);
    const stop = new AbortController();
    const part = await run(
      project,
      instant((call) => void (call === 100 && stop.abort())),
      stop.signal
    );
    const {completed} = part.manifest!.counts;
    expect(completed).toBeLessThan(200);

    let early = false;
    const {manifest, calls} = await run(
      project,
      instant(async (call) => {
        if (call !== total - completed) return;
        for (let tries = 0; !early && tries < 1000; tries++) {
          early = await joinedEarly(project);
          await sleep(10);
        }
      })
    );
    expect(early).toBe(true);
    expect(calls).toBe(total - completed);
    expect(manifest!.counts).toMatchObject({planned: total, completed: total, failed: 0, scored: total});
    const [sealed] = await project.store.rows(
      `select count(*)::int as all, count(distinct (row_id, repeat))::int as places,
         count(*) filter (output = split_part(w.text, ' ', 4))::int as own
       from completions c join words w using (row_id) where run = $run`,
      {run: manifest!.id}
    );
    expect(sealed).toEqual({all: total, places: total, own: total});
    project.store.close();
  });
});
