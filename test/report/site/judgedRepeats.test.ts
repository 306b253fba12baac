// @module-tag long
import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {tableFromIPC} from "apache-arrow";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import {judgedAnswers} from "../../../src/report/components/judges/judgeHealth.js";
import {judgeFigures, type JudgeFigures} from "../../../src/report/components/judges/judgeFigures.js";
import {judgeQueries} from "../../../src/report/components/judges/judgeQueries.js";
import {readRowFiles} from "../../../src/report/components/rows/runRows.js";
import type {SqlConnection} from "../../../src/report/components/sql/sqlConnection.js";
import {copyTables} from "../../../src/report/components/sql/sqlTables.js";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {openAICompatible, recorded} from "../../../src/inference/endpoints/index.js";
import {candidate, defineEval, runEval} from "../../../src/evals/runner/index.js";
import {humanLabels, judgePairwise, judgeRating} from "../../../src/evals/scorers/index.js";
import {runRows, type RunView, runVerdict, verdicts} from "../../../src/report/site/index.js";
import {judgeCorrected} from "../../../src/base/stats/index.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {
  openDatabase,
  openStore,
  openWorkspace,
  sqlString,
  type Store
} from "../../../src/base/store/index.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {type FolderServer, serveFolder} from "../../support/serveFolder.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

const ROWS = 20;
const REPEATS = 3;
const BASELINE = "It is 10, I think.";
const rowsOf = <T>(of: (row: number) => T) => Array.from({length: ROWS}, (_, row) => of(row));

/** Of row 3 the first answer failed; of every fourth row the last one is the answer to beat, word for word. */
const answersTo = (row: number) =>
  [0, 1, 2].map((repeat) =>
    row === 3 && repeat === 0
      ? null
      : row % 4 === 0 && repeat === 2
        ? BASELINE
        : `It is ${((5 * row + 3 * repeat) % 10) + 1}.${" Really.".repeat((row + repeat) % 5)}`
  );
const ratingOf = (answer: string) => (Number(/\d+/.exec(answer)![0]) - 1) / 9;

let project: string;
let judge: ModelServer;
let site: FolderServer;
let store: Store;
let run: RunView;
let figures: JudgeFigures;
let pairs: JudgeFigures;

beforeAll(async () => {
  judge = await startModelServer({
    models: ["judge-model"],
    answer: ({prompt}) => {
      const [rated] = /(?<=\[Answer\]\nIt is )\d+/.exec(prompt) ?? [];
      if (rated) return `Rating: [[${rated}]]`;
      const [a = 0, b = 0] = ["A", "B"].map(
        (letter) => new RegExp(`\\[Answer ${letter}\\]\\n([^]*?)\\n\\[End`).exec(prompt)?.[1]?.length
      );
      return a < b ? "[[B]]" : "[[A]]";
    }
  });
  project = await temporaryProject();
  const workspace = await openWorkspace(project, `${project}/.assay`);
  const dataset = defineDataset({
    name: "numbers",
    id: "id",
    text: "question",
    sensitivity: "public",
    source: {
      kind: "rows",
      rows: () => rowsOf((row) => ({id: `n${row}`, question: `How much is ${row}?`, part: "test"}))
    }
  });
  const {version} = await pull(workspace, dataset);
  store = await openStore(workspace);
  const split = await ensureSplit(store, version, {name: "all", strategy: "given", column: "part"});
  const {manifest} = await runEval(judged(), {store, version, split, evalName: "judged"});
  store.refresh();
  run = (await verdicts(store)).runs[0]!;
  const files = await runRows(store, manifest!.id);
  const folder = join(project, "site", "data", "rows", manifest!.id);
  await mkdir(folder, {recursive: true});
  for (const {name, content} of files) await writeFile(join(folder, name), content);
  site = await serveFolder(join(project, "site"));
  const rows = await readRowFiles(
    async (name) => files.find((file) => file.name === name)!.content as Uint8Array
  );
  figures = judgeFigures(judgedAnswers(rows, choice("rate")), rows.candidates);
  pairs = judgeFigures(judgedAnswers(rows, choice("pair")), rows.candidates);
});

afterAll(async () => {
  vi.unstubAllGlobals();
  store?.close();
  await Promise.all([judge?.close(), site?.close()]);
});

function judged() {
  const endpoint = openAICompatible({
    name: "judge",
    baseUrl: judge.url,
    hosting: "on-prem",
    trust: "local"
  });
  const asked = {endpoint, model: "judge-model", rubric: "The larger, the better."};
  const rows = rowsOf((row) => ({id: `n${row}`, output: answersTo(row)}));
  const labels = rowsOf((row) => ({id: `n${row}`, answer: answersTo(row)[0]!}))
    .filter(({answer}) => answer !== null)
    .map(({id, answer}) => ({id, output: answer, score: ratingOf(answer)}));
  return defineEval({
    dataset: "numbers",
    split: {name: "all", strategy: "given", column: "part"},
    prompt: "{{question}}",
    expected: "question",
    repeats: REPEATS,
    candidates: [candidate("one", recorded({name: "recording", rows}), "m")],
    scorers: {
      pair: judgePairwise({...asked, baseline: () => BASELINE}),
      rate: judgeRating(asked),
      people: humanLabels(labels)
    }
  });
}

const choice = (judge: string) => ({
  judge: run.scorers.find(({name}) => name === judge)!,
  human: run.scorers.find(({human}) => human),
  slice: undefined
});

describe("figures of a judge over several answers to a row", () => {
  const all = rowsOf((row) =>
    answersTo(row).flatMap((answer, repeat) => (answer === null ? [] : [{answer, repeat, row}]))
  ).flat();
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

  it("hold each answer against the labels that people gave that answer", () => {
    expect(figures).toMatchObject({answers: all.length, judged: all.length, labelled: ROWS - 1});
    expect(figures.agreement).toMatchObject({
      n: ROWS - 1,
      same: 1,
      alpha: {alpha: 1, n: ROWS - 1},
      bias: {estimate: 0}
    });
    const own = figures.candidates[0]!;
    expect(own.judge).toBeCloseTo(mean(all.map(({answer}) => ratingOf(answer))), 12);
    const wanted = judgeCorrected(
      all.map(({answer, repeat}) => (repeat === 0 ? ratingOf(answer) : undefined)),
      all.map(({answer}) => ratingOf(answer)),
      {level: 0.95, clusters: all.map(({row}) => String(row))}
    )!;
    expect(own.corrected!.estimate).toBeCloseTo(wanted.estimate, 12);
    expect(own.corrected!.low).toBeCloseTo(wanted.low, 12);
    expect(figures.length.judge!.n).toBe(all.length);
  });

  it("count an answer with the words of the other one as a tie without an order, as the verdict does", async () => {
    const sameWords = all.filter(({answer}) => answer === BASELINE).length;
    const flips = all.filter(({answer}) => answer !== BASELINE && answer.length === BASELINE.length).length;
    expect(sameWords).toBeGreaterThan(0);
    expect(pairs.judged).toBe(all.length);
    expect(pairs.order).toMatchObject({n: all.length - sameWords, sameWords, flips});
    expect(judge.requests.filter(({prompt}) => prompt.split(BASELINE).length > 2)).toEqual([]);
    const manifest = (await store.runs())[0]!;
    const {verdict} = await runVerdict(store, manifest);
    const told = JSON.stringify(verdict);
    if (flips > 0) expect(told).toContain(`${flips} of ${all.length - sameWords}`);
  });

  it("come from the queries that a page shows beside them", async () => {
    const connection = await database();
    await copyTables(connection, run, [run]);
    const ask = async (sql: string) => {
      const answer = await connection.query(sql);
      const names = answer.schema.fields.map(({name}) => name);
      return Array.from({length: answer.numRows}, (_, i) =>
        names.map((name) => {
          const value = answer.get(i)![name];
          return typeof value === "bigint" ? Number(value) : value;
        })
      );
    };
    const {scores, agreement, length} = judgeQueries(run.id, choice("rate"));
    const [line] = await ask(scores);
    const own = figures.candidates[0]!;
    expect(line).toEqual(["one", expect.closeTo(own.judge!, 12), all.length, expect.any(Number), ROWS - 1]);
    expect((await ask(agreement)).every(([people, judged]) => people === judged)).toBe(true);
    expect((await ask(length)).map((group) => group[3])).toEqual(figures.length.groups.map(({n}) => n));
    const choices = await ask(judgeQueries(run.id, choice("pair")).order);
    expect(choices.reduce((sum, group) => sum + (group[1] as number), 0)).toBe(pairs.order!.n);
  });
});

/** DuckDB that reads the files of rows from a server, as the site's does in a browser. */
async function database(): Promise<SqlConnection> {
  const db = await openDatabase();
  const fetched = fetch;
  vi.stubGlobal("fetch", (path: string) => fetched(new URL(path, site.url)));
  return {
    async query(sql) {
      const rows = await db.rows(sql);
      const fields = Object.keys(rows[0] ?? {}).map((name) => ({name}));
      return {numRows: rows.length, schema: {fields}, get: (row) => rows[row] ?? null};
    },
    async insertArrowFromIPCStream(bytes, {name}) {
      const table = tableFromIPC(bytes);
      const columns = table.schema.fields.map((field) => ({
        name: field.name,
        type: /Utf8/.test(String(field.type)) ? "varchar" : "double"
      }));
      const file = join(project, `${name}.json`);
      const lines = table.toArray().map((row: object) => JSON.stringify(row));
      await writeFile(file, lines.join("\n"));
      const types = columns.map((one) => `${sqlString(one.name)}: '${one.type}'`).join(", ");
      await db.run(
        `create table ${name} as from read_json('${file}', format = 'newline_delimited', columns = {${types}})`
      );
    }
  };
}
