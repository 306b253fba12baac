// @module-tag long
import {type ChildProcess, spawn} from "node:child_process";
import {existsSync, readdirSync} from "node:fs";
import {appendFile, readdir, readFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {rng} from "../../src/base/stats/index.js";
import {openStore} from "../../src/base/store/index.js";
import {compiled} from "../support/compiledEngine.js";
import {inFull} from "../support/full.js";
import {type ModelServer, withoutProbes} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {short, teacherServer, type Ticket, tickets, writeDistilProject} from "./support/distilProject.js";

const ROUNDS = inFull(3, 1);
const [TRAIN, TEST, CONCURRENCY] = [60, 60, 4];
const later = short(tickets(60, 90, "b", true));
const toLines = (rows: readonly Ticket[]) => rows.map((row) => JSON.stringify(row) + "\n").join("");

/** When a start is killed: after so many requests of its own, or once so many records of a kind are there. */
type Moment = {requests: number} | {records: string; count: number};

/** The records that `assay distil` writes, in the order in which it does. */
const STEPS: Moment[] = [
  {records: "runs", count: 1},
  {records: "models", count: 1},
  {records: "models", count: 2},
  {records: "runs", count: 2},
  {records: "models", count: 3},
  {records: "runs", count: 3},
  {records: "distillations", count: 1},
  {records: "kept", count: 1}
];

describe(
  `assay distil and rebuild killed with SIGKILL (${ROUNDS} rounds)`,
  {
    tags: ["counted"],
    timeout: 300_000
  },
  () => {
    let server: ModelServer;
    let onRequest: (() => void) | undefined;
    let undisturbed: Awaited<ReturnType<typeof sealed>>;
    beforeAll(async () => {
      server = await teacherServer(25, {
        behave() {
          onRequest?.();
          return {latencyMs: 3};
        }
      });
      const folder = await project();
      await finish(folder, "distil", "routing");
      await appendFile(join(folder, "data/tickets.jsonl"), toLines(later));
      await finish(folder, "rebuild");
      undisturbed = await sealed(folder);
    }, 300_000);
    afterAll(() => server.close());

    for (let round = 0; round < ROUNDS; round++)
      it(`round ${round}: end with the same bytes and pay for no answer twice`, async () => {
        const random = rng("distil killed", round);
        const folder = await project();
        server.requests.length = 0;
        const mayRepeat = new Set<string>();
        const steps = ROUNDS === 1 ? [STEPS[1]!, STEPS[5]!] : random.shuffle([...STEPS]).slice(0, 3);
        await disturbed(folder, ["distil", "routing"], mayRepeat, [
          {requests: 1 + random.int(TRAIN - CONCURRENCY)},
          ...steps.sort((a, b) => STEPS.indexOf(a) - STEPS.indexOf(b))
        ]);
        await appendFile(join(folder, "data/tickets.jsonl"), toLines(later));
        await disturbed(folder, ["rebuild"], mayRepeat, [
          {requests: 1 + random.int(later.length - CONCURRENCY)},
          ...(ROUNDS === 1 ? [] : [{records: "kept", count: 2}])
        ]);
        const times = new Map<string, number>();
        for (const {prompt} of withoutProbes(server.requests))
          times.set(prompt, (times.get(prompt) ?? 0) + 1);
        expect(times.size).toBe(TRAIN + TEST + later.length);
        const repeated = [...times].filter(([, count]) => count > 1).map(([prompt]) => prompt);
        expect(repeated.filter((prompt) => !mayRepeat.has(prompt))).toEqual([]);
        const found = await sealed(folder);
        for (const [what, value] of Object.entries(undisturbed))
          expect(found[what as keyof typeof found], what).toEqual(value);
      });

    async function project(): Promise<string> {
      const folder = await temporaryProject();
      await writeDistilProject(folder, {
        engine: compiled("bundle/index.js"),
        server: server.url,
        rows: short(tickets(TRAIN, TEST)),
        definition: "margin: 0.2"
      });
      return folder;
    }

    function start(folder: string, words: readonly string[]): ChildProcess {
      const options = [`--concurrency=${CONCURRENCY}`, ...(words[0] === "rebuild" ? ["--no-build"] : [])];
      return spawn(process.execPath, [compiled("bundle/main.js"), ...words, ...options], {
        cwd: folder,
        env: {...process.env, ASSAY_PROJECT: folder, ASSAY_DIR: join(folder, ".assay"), NO_COLOR: "1"},
        stdio: ["ignore", "ignore", "pipe"]
      });
    }

    async function finish(folder: string, ...words: string[]): Promise<void> {
      const child = start(folder, words);
      let said = "";
      child.stderr!.on("data", (text: Buffer) => (said += text.toString()));
      expect(await new Promise((resolve) => child.once("close", resolve)), said).toBe(0);
    }

    /** Kills a start at each moment, and lets the last one end. What was in flight at a kill may be asked again. */
    async function disturbed(
      folder: string,
      words: string[],
      mayRepeat: Set<string>,
      moments: readonly Moment[]
    ): Promise<void> {
      for (const moment of moments) {
        const child = start(folder, words);
        child.stderr!.resume();
        const ended = new Promise((resolve) => child.once("close", resolve));
        const kill = () => child.kill("SIGKILL");
        const before = server.requests.length;
        onRequest = () => {
          if ("requests" in moment && server.requests.length - before >= moment.requests) kill();
        };
        const timer = setInterval(() => {
          if ("records" in moment && countOf(folder, moment.records) >= moment.count) kill();
        }, 2);
        await ended;
        clearInterval(timer);
        onRequest = undefined;
        // Those answered last may not be in the journal yet.
        for (const {prompt} of withoutProbes(server.requests.slice(before)).slice(-2 * CONCURRENCY))
          mayRepeat.add(prompt);
      }
      await finish(folder, ...words);
    }
  }
);

/** Records of a kind that stand in the store with their manifests. */
function countOf(folder: string, kind: string): number {
  const place = join(folder, ".assay", kind);
  if (!existsSync(place)) return 0;
  return readdirSync(place).filter(
    (name) => name.endsWith(".json") || existsSync(join(place, name, "manifest.json"))
  ).length;
}

/** What the store holds in the end, without its times. */
async function sealed(folder: string) {
  const store = await openStore(folder);
  try {
    const models = join(folder, ".assay/models");
    const records = async (kind: string): Promise<[string, {outcome?: string}][]> =>
      Promise.all(
        (await readdir(join(folder, ".assay", kind))).sort().map(async (name) => [
          name,
          {
            ...(JSON.parse(await readFile(join(folder, ".assay", kind, name), "utf8")) as {
              outcome?: string;
            }),
            at: ""
          }
        ])
      );
    return {
      runs: (await store.runs()).map(({id, status, planHash, counts: {planned, scored, failed}}) => ({
        id,
        status,
        planHash,
        planned,
        scored,
        failed
      })),
      completions: await store.rows(
        "select * exclude (latency_ms, finished_at) from completions order by all"
      ),
      scores: await store.rows("select * from scores order by all"),
      models: await Promise.all(
        (await readdir(models))
          .filter((id) => !id.startsWith("."))
          .sort()
          .map(async (id) => {
            const {files, otherNames} = JSON.parse(
              await readFile(join(models, id, "manifest.json"), "utf8")
            ) as {files: object[]; otherNames?: string[]};
            return {id, files, otherNames};
          })
      ),
      distillations: await records("distillations"),
      kept: await records("kept")
    };
  } finally {
    store.close();
  }
}
