import {mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync} from "node:fs";
import {rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import {cardVerb} from "../../../../src/cli/data/card.js";
import {diffVerb} from "../../../../src/cli/data/diff.js";
import {driftVerb} from "../../../../src/cli/data/drift.js";
import {exportVerb} from "../../../../src/cli/store/export.js";
import type {TrainingExportOptions} from "../../../../src/training/finetunes/exports/exportedExamples.js";
import {finetuneExportVerb} from "../../../../src/cli/models/training/finetuneExport.js";
import {gcVerb} from "../../../../src/cli/store/gc.js";
import {piiVerb} from "../../../../src/cli/data/pii.js";
import {purgeVerb} from "../../../../src/cli/data/purge.js";
import {rowsVerb} from "../../../../src/cli/data/rows.js";
import {runsVerb} from "../../../../src/cli/evals/runs/runs.js";
import {splitVerb} from "../../../../src/cli/data/split.js";
import {sqlVerb} from "../../../../src/cli/store/sql.js";
import {verdictVerb} from "../../../../src/cli/evals/verdict/verdict.js";
import {versionsVerb} from "../../../../src/cli/data/versions.js";
import {type DatasetDefinition, defineDataset, partRows, pull} from "../../../../src/data/datasets/index.js";
import {recorded} from "../../../../src/inference/endpoints/index.js";
import {candidate, defineEval, runEval} from "../../../../src/evals/runner/index.js";
import {exactMatch} from "../../../../src/evals/scorers/index.js";
import {datasets, runRows, runs, splits, verdicts} from "../../../../src/report/site/index.js";
import {ensureSplit, type SplitSpec} from "../../../../src/data/splits/index.js";
import {openStore, openWorkspace, type Workspace} from "../../../../src/base/store/index.js";
import {splitDir} from "../../../support/folders.js";
import {printed} from "../../../support/printed.js";

const spec: SplitSpec = {strategy: "random", test: 0.2, validation: 0, heldOut: 0.3};
const N = 60;
/** Every row has an id, a word and a label that no other has, so that any of them in any output gives it away. */
const rowsOf = (n: number) =>
  Array.from({length: n}, (_, i) => ({
    id: `id${100 + i}x`,
    text: `our word${100 + i}x ${i % 2 ? "came late" : "broke"} write to p${100 + i}x@example.org`,
    label: i % 3 ? `kind${i % 2}` : `label${100 + i}x`,
    at: `2026-01-${String(1 + (i % 28)).padStart(2, "0")}`
  }));
const definition: DatasetDefinition = {
  name: "mails",
  id: "id",
  text: "text",
  label: "label",
  time: "at",
  licence: "CC0-1.0",
  publish: "text",
  filters: {short: "len(text) > 3"},
  source: {kind: "rows", rows: () => rowsOf(N)}
};

let workspace: Workspace;
let held: number[];
let finalId: string;

const inStore = async <T>(work: (store: Awaited<ReturnType<typeof openStore>>) => Promise<T>): Promise<T> => {
  const store = await openStore(workspace);
  try {
    return await work(store);
  } finally {
    store.close();
  }
};

const final = () =>
  inStore(async (store) => {
    const version = (await store.latestVersion("mails"))!;
    const split = await ensureSplit(store, version, spec);
    const {manifest} = await runEval(
      defineEval({
        dataset: "mails",
        split: spec,
        part: "held-out",
        candidates: [
          candidate(
            "recording",
            recorded({
              name: "recording",
              rows: rowsOf(N).map(({id, label}) => ({id, output: label})),
              hosting: "on-prem",
              trust: "local"
            }),
            "model"
          )
        ],
        prompt: "{{text}}",
        expected: "label",
        cluster: "text",
        slices: {
          answer: (row) => String(row.label),
          words: (row) => String(row.text),
          half: (row) => String(String(row.at) < "2026-01-15")
        },
        scorers: {
          exact: exactMatch,
          telling: ({output, expected}) => ({failed: `expected ${String(expected)}, got ${output}`})
        },
        publish: "text"
      }),
      {store, version, split, evalName: "last-word", options: {final: true, why: "test"}}
    );
    return manifest!.id;
  });

/** What tells a held-out row: its id, its word or its label. */
function told(text: string): string[] {
  return [...text.matchAll(/(?:id|word|label|p)(\d{3})x/g)].flatMap(([word, n]) =>
    held.includes(Number(n) - 100) ? [word] : []
  );
}

function filesIn(folder: string): string {
  return readdirSync(folder, {recursive: true})
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile())
    .map((path) => `${path}\n${readFileSync(path, "latin1")}`)
    .join("\n");
}

/** What is printed, written and said in refusal. */
async function written(work: (folder: string) => Promise<void>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "assay-export-"));
  try {
    const said = await printed(() => work(folder)).catch(({message}: Error) => message);
    return `${said}\n${filesIn(folder)}`;
  } finally {
    await rm(folder, {recursive: true});
  }
}

const exported = (words: (folder: string) => Parameters<typeof exportVerb>[0]) =>
  written((folder) => exportVerb(words(folder)));

const trainingSet = (options: Partial<TrainingExportOptions>) =>
  written((folder) =>
    finetuneExportVerb({
      dataset: "mails",
      format: "openai",
      out: join(folder, "set.jsonl"),
      skipUnresolved: true,
      ...options
    })
  );

/** The prompts of a final run answer for a held-out row as for one that does not exist. */
async function toldPrompt(): Promise<string> {
  const answer = async (id: string) => {
    const said = printed(() => rowsVerb(finalId, {prompt: id, limit: 1}));
    return (await said.catch(({message}: Error) => message)).replaceAll(id, "");
  };
  const unknown = await answer("id999x");
  for (const id of held.slice(0, 3).map((n) => `id${100 + n}x`))
    if ((await answer(id)) !== unknown) return id;
  return "";
}

/** A labelled sample that names a held-out row says whether a guess of its text is right: its id when the two answers differ. */
async function guessedLabel(): Promise<string> {
  const [first] = held;
  const {id, text} = rowsOf(N)[first!]!;
  const file = join(workspace.project, "labels.json");
  const answer = async (value: string) => {
    const spans = [{type: "email", start: 0, end: value.length, value}];
    writeFileSync(file, JSON.stringify([{row: id, column: "text", spans}]));
    const said = printed(() => piiVerb("mails", {labels: file}));
    return said.catch(({message}: Error) => message);
  };
  return (await answer(text.slice(0, 9))) === (await answer("not that!")) ? "" : id;
}

/** A dry run of a purge answers for a held-out row as for one that does not exist: its id when the two answers differ. */
async function guessedCondition(): Promise<string> {
  // An id that is asked for is repeated where it would be kept out of coming pulls.
  const answer = async (column: string, guess: string) =>
    (
      await printed(() => purgeVerb("mails", {where: `${column} = '${guess}'`, dryRun: true, json: true}))
    ).replaceAll(guess, "…");
  // What is said of versions without such a column is said of any guess.
  const nobody = new Map<string, string>();
  for (const column of ["id", "text", "label"]) nobody.set(column, await answer(column, "nobody"));
  for (const n of held.slice(0, 3)) {
    const {id, text} = rowsOf(N)[n]!;
    for (const [column, guess] of Object.entries({id, text, label: `label${100 + n}x`}))
      if ((await answer(column, guess)) !== nobody.get(column)) return id;
  }
  return "";
}

const page = (of: (store: Awaited<ReturnType<typeof openStore>>) => Promise<unknown>) => () =>
  inStore(async (store) => JSON.stringify(await of(store)));

/** Every command that shows or writes rows, and the pages' data, with what makes it show as much as it can. */
const COMMANDS: Record<string, () => Promise<string>> = {
  rows: () => printed(() => rowsVerb("mails", {limit: 1000, json: true})),
  "rows --where": () =>
    printed(() => rowsVerb("mails", {limit: 1000, json: true, where: "true or text like '%' -- all"})),
  ...Object.fromEntries(
    ["train", "test"].map((part) => [
      `rows --part ${part}`,
      () => printed(() => rowsVerb("mails", {limit: 1000, json: true, part}).catch(() => undefined))
    ])
  ),
  "sql tables": page(async (store) => {
    const found: unknown[] = [];
    for (const table of await store.tables()) found.push(await store.rows(`from "${table}"`));
    return found;
  }),
  sql: () => printed(() => sqlVerb("select * from items join scores using (run, row_id)", {json: true})),
  "sql summarize": () => printed(() => sqlVerb("summarize mails", {json: true})),
  "sql views": () => printed(() => sqlVerb("select sql from duckdb_views()", {json: true})),
  "sql joins": () =>
    printed(() =>
      sqlVerb(
        `select i.*, c.*, s.* from items i join completions c using (run, row_id) join scores s using (run, row_id)
         left join mails m using (row_id) left join prompts p using (run, row_id)`,
        {json: true}
      )
    ),
  "sql errors": () =>
    sqlVerb(
      "select count(*) from mails where (case when len(text) > 0 then id::int else 0 end) > 5",
      {}
    ).then(
      () => "",
      (error: Error) => error.message.replace(/\bid\d{3}x/, (id) => (told(id).length > 0 ? id : "open"))
    ),
  diff: () =>
    printed(() => diffVerb("mails", undefined, undefined, {sample: 1000, json: true}).catch(() => undefined)),
  drift: () =>
    inStore(async (store) => (await store.versions("mails"))[0]!.id).then((against) =>
      printed(() => driftVerb("mails", {against, psi: 0.25, json: true}))
    ),
  "card hf": () => printed(() => cardVerb("mails", {format: "hf"})),
  "card croissant": () =>
    printed(() => cardVerb("mails", {format: "croissant", url: "https://example.org", creator: "us"})),
  versions: () => printed(() => versionsVerb("mails", {json: true})),
  "split --leaks": () => printed(() => splitVerb("mails", {leaks: true})),
  split: () => printed(() => splitVerb("mails", {json: true})),
  "split --compare --json": () => printed(() => splitVerb("mails", {compare: true, json: true})),
  "split --strategy given": () =>
    printed(() => splitVerb("mails", {strategy: ["temporal"], heldOut: 0.2, json: true})),
  "pii --labels": () => guessedLabel(),
  "purge --dry-run": () => printed(() => purgeVerb("mails", {where: "true", dryRun: true, json: true})),
  "purge --dry-run of a guess": () => guessedCondition(),
  pii: () => printed(() => piiVerb("mails", {json: true})),
  runs: () => printed(() => runsVerb(undefined, undefined, {json: true})),
  "runs ID": () => printed(() => runsVerb(finalId, undefined, {json: true})),
  "runs ID as text": () => printed(() => runsVerb(finalId, undefined, {})),
  "export --csv": () => exported((folder) => ({csv: join(folder, "out")})),
  "export --chat": () =>
    exported((folder) => ({chat: join(folder, "chat.jsonl"), dataset: "mails", skipUnresolved: true})),
  ...Object.fromEntries(
    ["train", "test", "held-out"].map((part) => [
      `finetune export --part ${part}`,
      () => trainingSet({part, prompt: "text", completion: "label"})
    ])
  ),
  "finetune export --from-run": () =>
    trainingSet({
      part: "held-out",
      format: "openai-dpo",
      fromRun: finalId,
      prefer: "recording",
      over: "recording"
    }),
  "rows --prompt": () => toldPrompt(),
  verdict: () => printed(() => verdictVerb(finalId, {json: true})),
  "training rows": () =>
    inStore(async (store) => {
      const version = (await store.latestVersion("mails"))!;
      const found: unknown[] = [];
      const others = await store.splits("mails");
      for (const split of others.filter((one) => one.version === version.id))
        for (const part of ["train", "validation", "test", "held-out"])
          for await (const row of partRows(store, workspace, version, split, part)) found.push(row);
      return JSON.stringify(found);
    }),
  pages: page(async (store) => {
    const found: unknown[] = [];
    for (const of of [datasets, splits, runs, verdicts]) found.push(await of(store));
    return [...found, ...(await runRows(store, finalId)).map(({content}) => content)];
  })
};

const attack = async (names: readonly string[]) => {
  const leaks: Record<string, string[]> = {};
  for (const name of names) {
    const words = told(await COMMANDS[name]!());
    if (words.length > 0) leaks[name] = words.slice(0, 4);
  }
  return leaks;
};

const visible = () => inStore(async (store) => (await store.rows("select * from mails")).length);

/** Attacks by every command after a final run, and by those of `later` again when what holds rows out has changed. */
export function describeAttack(later: readonly string[] = Object.keys(COMMANDS)): void {
  beforeAll(async () => {
    workspace = await openWorkspace(mkdtempSync(join(tmpdir(), "assay-attack-")));
    mkdirSync(join(workspace.project, "evals"));
    vi.stubEnv("ASSAY_PROJECT", workspace.project);
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const older = {...definition, source: {kind: "rows" as const, rows: () => rowsOf(N - 10)}};
    await pull(workspace, defineDataset(older));
    await pull(workspace, defineDataset(definition));
    await inStore(async (store) => {
      const split = await ensureSplit(store, (await store.latestVersion("mails"))!, spec);
      const parts = join(splitDir(workspace, "mails", split.id), "parts.parquet");
      const ids = await store.rows<{row_id: string}>(
        `select row_id from read_parquet('${parts}') where part = 'held-out'`
      );
      held = ids.map(({row_id}) => Number(row_id.slice(2, 5)) - 100);
    });
    finalId = await final();
  });

  afterAll(async () => {
    process.exitCode = 0;
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    await rm(workspace.project, {recursive: true, force: true});
  });

  describe("held-out rows, attacked by every command", () => {
    it("are told by none after a final run", async () => {
      expect(held.length).toBeGreaterThan(8);
      expect(await attack(Object.keys(COMMANDS))).toEqual({});
      // The table can fail: an open row is in what the commands say.
      expect(await COMMANDS["sql tables"]!()).toMatch(/word\d{3}x/);
      expect(await COMMANDS["pages"]!()).toMatch(/id\d{3}x/);
    });

    it("keep a final run's figures: scores by row, slices that several rows share, clusters", async () => {
      await inStore(async (store) => {
        const found = await store.row(
          `select count(s.value)::int as scored, count(distinct i.row_id)::int as rows, count(distinct i.cluster)::int as clusters,
           count(distinct i.position)::int as places, count(*) filter (i.slices::json ->> 'half' in ('true', 'false'))::int as halves,
           count(*) filter (i.slices::json ->> 'words' = 'held out')::int as words
         from items i join scores s using (run, row_id) where s.scorer = 'exact'`
        );
        const n = held.length;
        expect(found).toEqual({scored: n, rows: n, clusters: n, places: n, halves: n, words: n});
      });
    });

    it("are told by none when gc has removed the split that holds them out, and its version", async () => {
      const before = await visible();
      await rm(join(workspace.dir, "runs"), {recursive: true});
      const more = {
        ...definition,
        source: {kind: "rows" as const, rows: () => [...rowsOf(N), {...rowsOf(1)[0]!, id: "new"}]}
      };
      await pull(workspace, defineDataset(more));
      await printed(() => gcVerb({keep: 1}));
      await inStore(async (store) => expect(await store.splits("mails")).toEqual([]));
      expect(await visible()).toBe(before + 1);
      finalId = await final();
      expect(await attack(later)).toEqual({});
    });

    it("are told by none when the definition takes its ids from elsewhere", async () => {
      const before = await visible();
      const without = {...definition, id: undefined, sql: "select * exclude (id), 1 as more from source"};
      await pull(workspace, defineDataset(without));
      expect(await visible()).toBe(before - 1);
      finalId = await final();
      expect(await attack(later)).toEqual({});
      // Nothing is left to tell them by: their content and their text have changed too.
      const veiled = {...without, sql: "select text || '!' as text, label, \"at\" from source"};
      await expect(pull(workspace, defineDataset(veiled))).rejects.toThrow(
        /could not be told from others any more, and would be open. No version was made/
      );
    });
  });
}
