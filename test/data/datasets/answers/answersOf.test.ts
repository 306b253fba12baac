import {beforeAll, describe, expect, it} from "vitest";
import {answersOf, type AnswersSource, defineDataset, pull} from "../../../../src/data/datasets/index.js";
import {recorded} from "../../../../src/inference/endpoints/index.js";
import {candidate, defineEval, runEval} from "../../../../src/evals/runner/index.js";
import {exactMatch} from "../../../../src/evals/scorers/index.js";
import {ensureSplit} from "../../../../src/data/splits/index.js";
import {openStore, parquetFile, type Store, versionKey} from "../../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../../support/temporaryWorkspace.js";

const words =
  "the courier brought the wrong box to our office on monday and nobody there wanted to take it back";

interface Asked {
  id: string;
  part: string;
  question: string;
  answer: string;
  kind: string;
}

/** Rows 0 to 19 train, 20 to 23 validation, 24 to 27 test, 28 and 29 held out. */
const partOf = (i: number) =>
  i < 20 ? "train" : i < 24 ? "validation" : i < 28 ? "test" : "held-out";
const rows: Asked[] = Array.from({length: 30}, (_, i) => ({
  id: `r${String(i).padStart(2, "0")}`,
  part: partOf(i),
  // Row 3 is near test row 25, row 4 near held-out row 29.
  question:
    i === 3
      ? `${words} today`
      : i === 25
        ? `${words} again`
        : i === 4
          ? `please ${words} now`
          : i === 29
            ? `please ${words} then`
            : `Question number ${i}`,
  answer: `answer ${i}`,
  kind: i % 2 === 0 ? "even" : "odd"
}));

const dataset = (made: readonly Asked[]) =>
  defineDataset({
    name: "asked",
    id: "id",
    text: "question",
    label: "answer",
    source: {kind: "rows", rows: () => made}
  });

const spec = {name: "given", strategy: "given", column: "part"} as const;

/** What a teacher says to each row; `finish` is how the server ends it. */
type Said = (row: Asked, i: number) => {output: string; finish?: string};

async function storeOf(made: readonly Asked[] = rows) {
  const workspace = await temporaryWorkspace();
  await pull(workspace, dataset(made));
  return openStore(workspace);
}

async function runOf(
  store: Store,
  name: string,
  teachers: Record<string, Said>,
  {part = "train", repeats = 1}: {part?: "train" | "validation" | "test"; repeats?: number} = {}
) {
  const version = (await store.latestVersion("asked"))!;
  const split = await ensureSplit(store, version, spec);
  store.refresh();
  const definition = defineEval({
    dataset: "asked",
    split: spec,
    part,
    candidates: Object.entries(teachers).map(([teacher, said]) =>
      candidate(
        teacher,
        recorded({
          name: teacher,
          rows: rows.map((row, i) => ({id: row.id, ...said(row, i)})),
          trust: "internal"
        }),
        "m"
      )
    ),
    prompt: "Say: {{question}}",
    expected: "answer",
    scorers: {exact: exactMatch},
    slices: ["kind"],
    repeats
  });
  const {manifest} = await runEval(definition, {store, evalName: name, version, split, options: {}});
  store.refresh();
  return manifest!;
}

async function answers(store: Store, source: AnswersSource, name = "learned") {
  const {version} = await pull(store.workspace, defineDataset({name, source}));
  const file = parquetFile(await store.workspace.place.readable(versionKey(version, "rows.parquet")));
  const found = await store.rows<Record<string, unknown> & {row: string; part: string}>(
    `select * from ${file} order by row_id`
  );
  return {version, rows: found, leftOut: (version.source as {leftOut: Record<string, number>}).leftOut};
}

describe("answers of a run as rows to learn from", () => {
  let store: Store;
  beforeAll(async () => {
    store = await storeOf();
    const right: Said = ({answer}) => ({output: answer});
    await runOf(store, "teacher", {teacher: right});
    await runOf(store, "teacher", {teacher: right}, {part: "validation"});
  });

  it("have the prompt as sent, the row's part, its score and its text, and say what was left out", async () => {
    const {rows: found, leftOut, version} = await answers(store, answersOf("teacher"));
    expect(found).toHaveLength(22);
    expect(found[0]).toMatchObject({
      id: "r00",
      row: "r00",
      part: "train",
      prompt: "Say: Question number 0",
      answer: "answer 0",
      candidate: "teacher",
      score: 1,
      question: "Question number 0"
    });
    expect(JSON.parse(found[0]!.messages as string)).toEqual([
      {role: "user", content: "Say: Question number 0"},
      {role: "assistant", content: "answer 0"}
    ]);
    expect(new Set(found.map(({part}) => part))).toEqual(new Set(["train", "validation"]));
    expect(leftOut).toEqual({"near-duplicates of test or held-out rows": 2});
    expect(version).toMatchObject({text: "question", idColumn: "id"});
  });
});
