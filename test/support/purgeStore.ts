import {mkdirSync, writeFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {importResults} from "../../src/cli/evals/verdict/importResults.js";
import {type DatasetDefinition, exportVersion, nearDuplicates, pull} from "../../src/data/datasets/index.js";
import {recorded} from "../../src/inference/endpoints/index.js";
import {acceptFindings, ensureLedger} from "../../src/data/privacy/index.js";
import {candidate, defineEval, type EvalDefinition, runEval} from "../../src/evals/runner/index.js";
import type {PromptContext} from "../../src/evals/runner/define.js";
import {exactMatch} from "../../src/evals/scorers/index.js";
import {ensureSplit, type SplitSpec} from "../../src/data/splits/index.js";
import {sha256, writeJsonAtomic} from "../../src/base/system/index.js";
import {
  appendJobEvents,
  openStore,
  openWorkspace,
  type Row,
  type SplitManifest,
  type Store,
  type VersionManifest,
  type Workspace,
  writeJob
} from "../../src/base/store/index.js";
import {modelDir, runDir} from "./folders.js";

const ROWS = 60;
const OPEN: SplitSpec = {name: "open", strategy: "random", test: 0.4, validation: 0};
const HELD: SplitSpec = {
  name: "held",
  strategy: "random",
  seed: "other",
  test: 0.3,
  validation: 0,
  heldOut: 0.2
};

/** Every tenth row has no label, which a filter drops; texts come in pairs that differ in one word. */
const letters = (count: number): object[] =>
  Array.from({length: count}, (_, i) => ({
    id: `r${i}`,
    text: `letter ${i >> 1} about a bicycle with two wheels and one bell, p${i >> 1}@example.org ${i % 2 ? "soon" : "later"}`,
    label: i % 10 === 9 ? null : i % 2 ? "sales" : "support",
    thread: `t${i >> 2}`
  }));

const dataset = (count: number): DatasetDefinition => ({
  name: "letters",
  id: "id",
  text: "text",
  label: "label",
  group: "thread",
  sensitivity: "public",
  filters: {"has a label": "label is not null"},
  source: {kind: "rows", rows: () => letters(count)}
});

const evalOf = (more: Partial<EvalDefinition>) =>
  defineEval({
    dataset: "letters",
    candidates: [
      candidate(
        "one",
        recorded({
          name: "recording",
          rows: Array.from({length: ROWS}, (_, i) => ({id: `r${i}`, output: i % 3 ? "sales" : "support"})),
          hosting: "on-prem",
          trust: "local"
        }),
        "model"
      )
    ],
    prompt: (row: Row, {fewShot}: PromptContext) =>
      `${fewShot.map((one) => String(one.text)).join("\n")} ${String(row.text)}`,
    expected: "label",
    cluster: "thread",
    scorers: {exact: exactMatch},
    publish: "text",
    ...more
  } as EvalDefinition);

export interface PurgeStore {
  workspace: Workspace;
  /** Ids of the newest version's rows that no split holds out, sorted. The first is in the run that other tools made, too. */
  open: string[];
  /** Ids of those that one does, sorted. The first is in the run that other tools made, too. */
  held: string[];
}

/**
 * Fills `project` with a store that keeps rows of the dataset "letters" in every kind of record: two versions with dropped rows,
 * ledger, acceptances and near-duplicates, two splits, a run with examples, one that other tools made, one that was not sealed, a
 * final one, two models, a job, an export, caches and a built site. The second split holds out rows that the rest was made with.
 * The dataset "copies" has the same rows under another name.
 */
export async function purgeStore(project: string): Promise<PurgeStore> {
  const workspace = await openWorkspace(project, join(project, ".assay"));
  await pull(workspace, {...dataset(40), name: "copies"});
  await pull(workspace, dataset(40));
  const {version} = await pull(workspace, dataset(ROWS));
  const store = await openStore(workspace);
  try {
    await ensureLedger(store, version);
    for (let i = 0; i < 9; i++) await acceptFindings(store, version, {what: `r${i}`, reason: "they agreed"});
    await nearDuplicates(store, version);
    const split = await ensureSplit(store, version, OPEN);
    const {manifest} = await runEval(evalOf({split: OPEN, fewShot: {count: 3}}), {
      store,
      version,
      split,
      evalName: "letters"
    });
    await saveModels(workspace, version, split);
    await saveJob(workspace, version, split);
    await exportVersion(workspace, version, join(project, "out"));
    const before = await idsIn(store);
    const last = await ensureSplit(store, version, HELD);
    store.refresh();
    const open = new Set(await idsIn(store));
    const held = before.filter((id) => !open.has(id));
    await runEval(evalOf({split: HELD, part: "held-out"}), {
      store,
      version,
      split: last,
      evalName: "last-word",
      options: {final: true, why: "test"}
    });
    await saveImported(project, workspace, [[...open][0]!, held[0]!, "foreign"]);
    writeLeftovers(workspace, manifest!.id);
    return {workspace, open: [...open], held};
  } finally {
    store.close();
  }
}

const idsIn = async (store: Store) =>
  (await store.rows<{row_id: string}>("select row_id from letters order by row_id")).map(
    ({row_id: id}) => id
  );

async function saveModels(
  workspace: Workspace,
  version: VersionManifest,
  split: SplitManifest
): Promise<void> {
  const training = {
    dataset: "letters",
    version: version.sha256,
    split: split.sha256,
    part: "train",
    rows: 20
  };
  for (const [name, more] of [
    ["learner", {training}],
    ["heir", {parents: [{id: sha256("learner"), name: "learner"}]}],
    ["stranger", {training: {...training, dataset: "other"}}]
  ] as const)
    await writeJsonAtomic(join(modelDir(workspace, sha256(name)), "manifest.json"), {
      kind: "model",
      schemaVersion: 1,
      id: sha256(name),
      name,
      architecture: "hosted",
      createdAt: "2026-11-01T00:00:00.000Z",
      files: [],
      settings: {},
      parents: [],
      ...more
    });
}

async function saveJob(workspace: Workspace, version: VersionManifest, split: SplitManifest): Promise<void> {
  const id = "tuned-0123456789ab";
  await writeJob(workspace, {
    kind: "job",
    schemaVersion: 1,
    id,
    name: "tuned",
    key: id,
    at: "2026-11-01T00:00:00.000Z",
    service: {service: "openai", trust: "contract"},
    base: "base-model",
    settings: {},
    dataset: "letters",
    version: version.id,
    split: {id: split.id, name: split.name, sha256: split.sha256},
    format: "openai",
    data: [{path: "train.jsonl", part: "train", bytes: 3, sha256: "", rows: 20, rowsSha256: ""}],
    remote: {id: "ftjob-1", at: "2026-11-01T00:00:00.000Z"},
    statuses: []
  });
  await appendJobEvents(workspace, id, [{id: "e1", type: "message", message: "a row's words"}]);
  for (const name of ["train.jsonl", "log.txt"])
    writeFileSync(join(workspace.dir, "jobs", id, name), "a row's words\n");
}

async function saveImported(project: string, workspace: Workspace, rows: string[]): Promise<void> {
  const lines = rows.map((id) => `${id},a,1,said a,what of ${id}?,it`);
  writeFileSync(
    join(project, "results.csv"),
    `${["row,candidate,score,output,input,expected", ...lines].join("\n")}\n`
  );
  await importResults(workspace, {files: ["results.csv"]}, {name: "letters", command: "", publish: "text"});
}

/** What commands that were killed, and others before them, have left: journals, caches, downloads, pages. */
function writeLeftovers(workspace: Workspace, sealed: string): void {
  const {dir, project} = workspace;
  const unsealed = runDir(workspace, "letters-unsealed");
  const files = {
    [join(runDir(workspace, sealed), "journal.ndjson")]: "{}\n",
    [join(unsealed, "journal.ndjson")]: "{}\n",
    [join(unsealed, "scorer-answers.ndjson")]: "{}\n",
    [join(unsealed, "start.json")]: JSON.stringify({
      planHash: sha256("unsealed"),
      startedAt: "2026-11-01T00:00:00.000Z",
      noReuse: false,
      dataset: "letters"
    }),
    [join(dir, "cache", "excerpts.json")]: "{}",
    [join(dir, "downloads", "letters.jsonl")]: "{}",
    [join(dir, "models", ".vectors", "one.bin")]: "x",
    [join(dir, "models", ".training", "one", "about.json")]: JSON.stringify({dataset: "letters"}),
    [join(project, "src", ".observablehq", "cache", "data", "runs.json")]: "{}",
    [join(project, "dist", "index.html")]: "<p>",
    [join(dir, "runs", ".r.999999999.00000000.tmp")]: "half"
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(path), {recursive: true});
    writeFileSync(path, text);
  }
}
