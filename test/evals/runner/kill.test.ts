// @module-tag long
import {type ChildProcess, spawn} from "node:child_process";
import {createHash} from "node:crypto";
import {existsSync, readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {openStore} from "../../../src/base/store/index.js";
import {childScript} from "../../support/childScript.js";
import {inFull} from "../../support/full.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {wordsProject} from "./support/project.js";
import {runDir} from "../../support/folders.js";

const rounds = inFull(20, 3);
const script = await childScript(new URL("support/killedRun.ts", import.meta.url));
const rows = 120;
/** What killedRun.ts asks for. */
const concurrency = 8;

/** A number in [0, 1) from a name: the same rounds are killed at the same moments every time. */
const chance = (name: string) => createHash("sha256").update(name).digest().readUInt32BE() / 2 ** 32;
const callOf = (model: string | undefined, prompt: string) => `${model} ${prompt}`;

interface Moment {
  phase: "planning" | "running" | "sealing";
  /** Milliseconds into the phase, or for "running" the number of requests the server has got. */
  after: number;
}

describe(`a run killed with SIGKILL (${rounds} rounds)`, {tags: ["counted"]}, () => {
  let model: ModelServer;
  let undisturbed: Awaited<ReturnType<typeof sealed>>;
  let onRequest: (() => void) | undefined;
  let calls = 0;
  beforeAll(async () => {
    model = await startModelServer({
      behave(request) {
        onRequest?.();
        return {latencyMs: 4 + Math.floor(20 * chance(request.prompt))};
      }
    });
    const folder = await temporaryProject();
    const project = await wordsProject(folder, rows);
    calls = 2 * project.split.counts["test"]!;
    project.store.close();
    expect(await finish(folder)).toBe(calls);
    undisturbed = await sealed(folder);
  });
  afterAll(() => model.close());

  let withBoth = 0;
  for (let round = 0; round < rounds; round++)
    it(`round ${round}: goes on without repeating a journaled call and seals what an undisturbed run seals`, async () => {
      const folder = await temporaryProject();
      (await wordsProject(folder, rows)).store.close();
      model.requests.length = 0;
      const mayRepeat = new Set<string>();
      let journaledAndFlying = false;
      let settled = new Set<string>();
      for (const moment of momentsOf(round)) {
        const first = model.requests.length;
        await startAndKill(folder, moment);
        settled = settledCalls(folder);
        const calledNow = model.requests.slice(first).map(({body, prompt}) => callOf(body.model, prompt));
        const inFlight = calledNow.filter((call) => !settled.has(call));
        expect(inFlight.length).toBeLessThanOrEqual(concurrency);
        for (const call of inFlight) mayRepeat.add(call);
        if (settled.size > 0 && inFlight.length > 0) journaledAndFlying = true;
      }
      if (journaledAndFlying) withBoth++;
      expect(await finish(folder)).toBe(calls - settled.size);

      const times = new Map<string, number>();
      for (const {body, prompt} of model.requests) {
        const call = callOf(body.model, prompt);
        times.set(call, (times.get(call) ?? 0) + 1);
      }
      expect(times.size).toBe(calls);
      const repeated = [...times].filter(([, count]) => count > 1).map(([call]) => call);
      expect(repeated.filter((call) => !mayRepeat.has(call))).toEqual([]);
      const result = await sealed(folder);
      expect(result).toEqual(undisturbed);
    });

  it("had completions both journaled and in flight in at least three quarters of the rounds", () => {
    expect(withBoth).toBeGreaterThanOrEqual(Math.floor((rounds * 15) / 20));
  });

  /** Every round is killed while it runs; every other one before that while it plans, the rest later while it seals. */
  function momentsOf(round: number): Moment[] {
    const running: Moment = {
      phase: "running",
      after: 10 + Math.floor(chance(`running ${round}`) * (calls - 40))
    };
    const millis = (phase: "planning" | "sealing", most: number): Moment => ({
      phase,
      after: Math.floor(chance(`${phase} ${round}`) * most)
    });
    return round % 2 === 0 ? [millis("planning", 200), running] : [running, millis("sealing", 120)];
  }

  /** Calls whose end the store has: in the journal, or in the sealed run when there is no journal any more. */
  function settledCalls(folder: string): Set<string> {
    const runs = join(folder, ".assay", "runs");
    const id = existsSync(runs) ? readdirSync(runs)[0] : undefined;
    if (id === undefined) return new Set();
    const journal = join(runs, id, "journal.ndjson");
    if (!existsSync(journal))
      return new Set(existsSync(join(runs, id, "manifest.json")) ? undisturbed.calls : []);
    const whole = readFileSync(journal, "utf8").split("\n").slice(0, -1);
    return new Set(whole.map((line) => undisturbed.calls[(JSON.parse(line) as {n: number}).n]!));
  }

  function start(folder: string): ChildProcess {
    return spawn(process.execPath, [script, folder, model.url], {
      stdio: ["ignore", "pipe", "inherit"]
    });
  }

  /** Lets a start run to its end; the number of calls it made. */
  async function finish(folder: string): Promise<number> {
    const child = start(folder);
    let said = "";
    child.stdout!.on("data", (text: Buffer) => (said += text.toString()));
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect(code).toBe(0);
    return Number(/calls (\d+)/.exec(said)?.[1]);
  }

  async function startAndKill(folder: string, {phase, after}: Moment): Promise<void> {
    const child = start(folder);
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    const kill = () => child.kill("SIGKILL");
    if (phase === "running") {
      const target = model.requests.length + after;
      onRequest = () => {
        if (model.requests.length >= target) kill();
      };
    } else {
      child.stdout!.on("data", (text: Buffer) => {
        if (text.toString().includes(phase)) setTimeout(kill, after);
      });
    }
    await ended;
    onRequest = undefined;
  }
});

/** What a sealed run says, without its times; and which calls its requests are, by their number. */
async function sealed(folder: string) {
  const store = await openStore(folder);
  try {
    const [run, ...others] = await store.runs();
    const completions = await store.rows<{row_id: string; candidate: string}>(
      "select * exclude (latency_ms, finished_at) from completions"
    );
    const texts = new Map(
      (await store.rows<{row_id: string; text: string}>("select row_id, text from words")).map((row) => [
        row.row_id,
        row.text
      ])
    );
    const models = new Map(run!.candidates.map(({name, model}) => [name, model]));
    return {
      run: {
        id: run!.id,
        status: run!.status,
        planHash: run!.planHash,
        counts: run!.counts,
        others: others.length
      },
      left: readdirSync(runDir(store.workspace, run!.id)).sort(),
      items: await store.rows("select * from items"),
      completions,
      scores: await store.rows("select * from scores"),
      calls: completions.map(({row_id, candidate}) => callOf(models.get(candidate), texts.get(row_id)!))
    };
  } finally {
    store.close();
  }
}
