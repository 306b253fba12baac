import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {gzipSync} from "node:zlib";
import {afterAll, beforeAll, expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {runReport} from "../../../src/evals/decisions/index.js";
import {runEval} from "../../../src/evals/runner/index.js";
import {openDatabase, openStore, openWorkspace} from "../../../src/base/store/index.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {server, wordsEval, wordsProject} from "../../evals/runner/support/project.js";

let models: ModelServer;
beforeAll(async () => void (models = await startModelServer()));
afterAll(() => models.close());

/** Every folder has the name of a column: of the store's tables, or of the rows below. */
const FOLDERS = "value=1/part=train/row_id=x/candidate=y/label=z/answer=w/json=v/line=u";

async function folderIn(below: string): Promise<string> {
  const folder = join(await temporaryProject(), below);
  mkdirSync(folder, {recursive: true});
  return folder;
}

/** What a pull, a split, a run and its verdict come to. */
async function outcome(below: string) {
  const project = await wordsProject(await folderIn(below), 40);
  const {store, version, split} = project;
  try {
    const {manifest} = await runEval(wordsEval(server(models.url)), {...project, evalName: "words"});
    const {table, verdict} = await runReport(store, manifest!);
    return {
      version: version.id,
      columns: version.columns,
      split: split.id,
      rows: await store.rows("select * from words order by row_id"),
      parts: await store.rows("select id, strategy, counts, measures from splits"),
      items: await store.rows("select * exclude run from items order by position"),
      scores: await store.rows("select candidate, row_id, value from scores order by all"),
      table: {...table, run: undefined},
      verdict: {kind: verdict.kind, set: verdict.set, rowsNeeded: verdict.rowsNeeded}
    };
  } finally {
    store.close();
  }
}

it("folders called name=value above a project change nothing of pulls, splits, runs and verdicts", async () => {
  const plain = await outcome("plain");
  expect(plain.scores.length).toBeGreaterThan(0);
  expect(await outcome(FOLDERS)).toEqual(plain);
});

it("folders called name=value above a dataset's files are no columns of it", async () => {
  const project = await temporaryProject();
  const data = join(project, FOLDERS);
  mkdirSync(data, {recursive: true});
  const jsonl = '{"id":"1","label":"ham"}\n{"id":"2","label":"spam"}\n';
  const csv = "id,label\na,ham\nb,spam\n";
  const files: Record<string, string | Buffer> = {
    "a.csv": csv,
    "a.csv.gz": gzipSync(csv),
    "a.jsonl": jsonl,
    "a.json": '[{"id":"1","label":"ham"},{"id":"2","label":"spam"}]'
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(data, name), content);
  const db = await openDatabase();
  await db.run(`copy (select '1' as id, 'ham' as label) to '${data}/a.parquet' (format parquet)`);
  db.close();
  const workspace = await openWorkspace(project, ".assay");
  const stated = {columns: {label: "VARCHAR"}};
  for (const [name, more] of [
    ...[...Object.keys(files), "a.parquet"].map((name) => [name, {}] as const),
    ...Object.keys(files).map((name) => [name, stated] as const)
  ]) {
    const source = {kind: "files" as const, files: `${FOLDERS}/${name}`, ...more};
    const {version} = await pull(workspace, defineDataset({name: "set", source}));
    expect(
      version.columns.slice(2).map((column) => column.name),
      name
    ).toEqual(["id", "label"]);
    const store = await openStore(workspace);
    const labels = await store.rows<{label: string}>('select label from "set" order by label');
    store.close();
    expect(
      labels.map(({label}) => label),
      name
    ).toEqual(["ham", "spam"].slice(0, labels.length));
  }
});
