import {beforeAll, describe, expect, it} from "vitest";
import {answersOf, type AnswersSource, defineDataset, pull} from "../../../../src/data/datasets/index.js";
import {recorded} from "../../../../src/inference/endpoints/index.js";
import {candidate, defineEval, runEval} from "../../../../src/evals/runner/index.js";
import {exactMatch} from "../../../../src/evals/scorers/index.js";
import type {Scorer} from "../../../../src/evals/scorers/types.js";
import {
  acceptFindings,
  ensureLedger,
  ledgerSummary,
  refusedRows,
  versionRefusal
} from "../../../../src/data/privacy/index.js";
import {ensureSplit, type SplitSpec} from "../../../../src/data/splits/index.js";
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
const partOf = (i: number) => (i < 20 ? "train" : i < 24 ? "validation" : i < 28 ? "test" : "held-out");
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
type Said = (row: Asked, i: number, repeat: number) => {output: string; finish?: string};

async function storeOf(made: readonly Asked[] = rows) {
  const workspace = await temporaryWorkspace();
  await pull(workspace, dataset(made));
  return openStore(workspace);
}

interface RunSettings {
  part?: "train" | "validation" | "test";
  repeats?: number;
  scorer?: Scorer;
  split?: SplitSpec;
  made?: readonly Asked[];
  prompt?: string;
}

async function runOf(
  store: Store,
  name: string,
  teachers: Record<string, Said>,
  {
    part = "train",
    repeats = 1,
    scorer = exactMatch,
    split: by = spec,
    made = rows,
    prompt = "Say: {{question}}"
  }: RunSettings = {}
) {
  const version = (await store.latestVersion("asked"))!;
  const split = await ensureSplit(store, version, by);
  store.refresh();
  const definition = defineEval({
    dataset: "asked",
    split: by,
    part,
    candidates: Object.entries(teachers).map(([teacher, said]) =>
      candidate(
        teacher,
        recorded({
          name: teacher,
          rows: made.flatMap((row, i) =>
            Array.from({length: repeats}, (_, repeat) => ({
              id: row.id,
              repeat,
              finish: "stop",
              ...said(row, i, repeat)
            }))
          ),
          repeat: "repeat",
          finishReason: "finish",
          trust: "internal"
        }),
        "m"
      )
    ),
    prompt,
    expected: "answer",
    scorers: {exact: scorer},
    slices: ["kind"],
    repeats
  });
  const {manifest} = await runEval(definition, {store, evalName: name, version, split, options: {}});
  store.refresh();
  return manifest!;
}

async function answers(store: Store, source: AnswersSource, name = "learned") {
  const {version} = await pull(store.workspace, defineDataset({name, source}));
  store.refresh();
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

const right: Said = ({answer}) => ({output: answer});
const wrong: Said = ({id}) => ({output: `wrong ${id}`});

it("rows of answers are no less sensitive than those that were asked about", {tags: ["long"]}, async () => {
  const store = await storeOf();
  await pull(store.workspace, {...dataset(rows), sensitivity: "personal", publish: "ids", licence: "CC0"});
  store.refresh();
  await runOf(store, "teacher", {teacher: right});
  const learned = defineDataset({name: "learned", sensitivity: "public", source: answersOf("teacher")});
  const {version} = await pull(store.workspace, learned);
  expect(version).toMatchObject({sensitivity: "personal", publish: "ids", licence: "CC0"});
});

describe("what was decided about findings in the dataset that was asked about", {tags: ["long"]}, () => {
  const told = rows.map((row, i) => (i === 6 ? {...row, question: "write to ada@example.org please"} : row));
  const refused = async (store: Store, name = "learned", newOnly = false) => {
    const {version} = await answers(store, answersOf("teacher"), name);
    const found = await refusedRows(store, version, "fine-tuning", {newOnly});
    if (found === "all") throw new Error("no row may be learned");
    return {version, rules: [...found.values()].flat(), of: (row: string) => found.get(row)};
  };
  async function asked(said: Said = right) {
    const store = await storeOf(told);
    await runOf(store, "teacher", {teacher: said}, {made: told});
    const version = (await store.latestVersion("asked"))!;
    await ensureLedger(store, version);
    return {store, version};
  }
  const inPrompts = ["messages", "prompt", "question"].map(
    (column) => `EMAIL_ADDRESS by email/tld in ${column}`
  );

  for (const what of ["email/tld", "r06"])
    it(`holds for the prompts: ${what} accepted before or after the answers were pulled`, async () => {
      const {store, version} = await asked();
      const before = await refused(store);
      expect(before.rules.sort()).toEqual(inPrompts);
      expect(
        versionRefusal(before.version, [{row: "r06", rules: before.rules}], 20, "fine-tuning")
      ).toContain(
        'in words of asked: `assay pii asked --accept RULE --reason "…"`; in words of an answer: `assay pii learned --accept RULE'
      );
      await acceptFindings(store, version, {what, reason: "nobody's address"});
      expect(await refusedRows(store, before.version, "fine-tuning")).toEqual(new Map());
      expect((await ledgerSummary(store, before.version))!.types["EMAIL_ADDRESS"]!.accepted).toBe(3);
      expect((await refused(store, "after")).rules).toEqual([]);
    });

  it("does not hold for an answer, whose findings are decided in the answers' own dataset", async () => {
    const {store, version} = await asked((row, i) =>
      i === 6 ? {output: "bob@example.org, not ada@example.org"} : right(row, i, 0)
    );
    for (const what of ["r06", "email/tld"])
      await acceptFindings(store, version, {what, reason: "nobody's address"});
    const inAnswers = ["answer", "messages"].map((column) => `EMAIL_ADDRESS by email/tld in ${column}`);
    const {rules, version: learned} = await refused(store);
    expect(rules.sort()).toEqual(inAnswers);
    expect((await refused(store, "learned", true)).rules.sort()).toEqual(inAnswers);
    await acceptFindings(store, learned, {what: "r06", reason: "made up"});
    expect((await refused(store)).rules).toEqual([]);
  });

  it("holds for a row's own words alone, not for others in its prompt, and ends when the row changes", async () => {
    const {store, version} = await asked();
    await acceptFindings(store, version, {what: "r06", reason: "nobody's address"});
    expect((await refused(store)).rules).toEqual([]);
    const changed = told.map((row, i) =>
      i === 6 ? {...row, question: "write to eve@example.org please"} : row
    );
    await pull(store.workspace, dataset(changed));
    store.refresh();
    await runOf(store, "teacher", {teacher: right}, {made: changed});
    expect((await refused(store)).rules.sort()).toEqual(inPrompts);
    const quoting = await asked();
    await acceptFindings(quoting.store, quoting.version, {what: "r06", reason: "nobody's address"});
    await runOf(
      quoting.store,
      "teacher",
      {teacher: right},
      {made: told, prompt: "Not zoe@example.org: {{question}}"}
    );
    expect((await refused(quoting.store)).of("r06")?.sort()).toEqual(inPrompts.slice(0, 2));
  });
});

describe("rows of a test or held-out part", () => {
  it("are refused as a run, and no others come from it", async () => {
    const store = await storeOf();
    const test = await runOf(store, "tested", {teacher: right}, {part: "test"});
    await expect(answers(store, answersOf("tested"))).rejects.toThrow(
      `run ${test.id} scored the test part of asked: what is scored for a verdict must not be trained on`
    );
  });

  it(
    "stay out in a later version of the dataset, by their ids and by their words",
    {tags: ["long"]},
    async () => {
      const store = await storeOf();
      await ensureSplit(store, (await store.latestVersion("asked"))!, spec);
      // Row 24 was a test row and is a training row now; row 26's question stands in a new training row with one word more.
      const long = `${rows[26]!.question} of those that were put to us by the people who came here last year in may`;
      const before = rows.map((row, i) => (i === 26 ? {...row, question: long} : row));
      await pull(store.workspace, dataset(before));
      store.refresh();
      await ensureSplit(store, (await store.latestVersion("asked"))!, spec);
      const later: Asked[] = before
        .filter((_, i) => i !== 26)
        .map((row, i) => (i === 24 ? {...row, part: "train"} : row));
      later.push({...rows[26]!, id: "new", part: "train", question: `${long} too`});
      await pull(store.workspace, dataset(later));
      store.refresh();
      await runOf(store, "later", {teacher: right}, {made: later});
      const {rows: found, leftOut} = await answers(store, answersOf("later"));
      const ids = found.map(({row}) => row);
      expect(ids).not.toContain("r24");
      expect(ids).not.toContain("new");
      expect(leftOut).toEqual({
        "rows of a test or held-out part": 1,
        "near-duplicates of test or held-out rows": 3
      });
    }
  );

  it("that another split holds out stay out", {tags: ["long"]}, async () => {
    const store = await storeOf(rows.map((row) => ({...row})));
    await runOf(store, "teacher", {teacher: right});
    await pull(
      store.workspace,
      dataset(rows.map((row, i) => ({...row, part: i === 7 ? "held-out" : row.part})))
    );
    store.refresh();
    await ensureSplit(store, (await store.latestVersion("asked"))!, spec);
    store.refresh();
    expect((await answers(store, answersOf("teacher"))).rows.map(({row}) => row)).not.toContain("r07");
  });

  it("of datasets that are kept apart stay out, with their near-duplicates", {tags: ["long"]}, async () => {
    const store = await storeOf();
    await runOf(store, "teacher", {teacher: right});
    const others = [{id: "o1", part: "test", said: "question NUMBER 8!"}];
    await pull(
      store.workspace,
      defineDataset({name: "other", id: "id", text: "said", source: {kind: "rows", rows: () => others}})
    );
    store.refresh();
    const apart = answersOf("teacher", {apart: ["other"]});
    await expect(answers(store, apart)).rejects.toThrow("dataset other in `apart` has no split");
    await ensureSplit(store, (await store.latestVersion("other"))!, spec);
    const {rows: found, leftOut} = await answers(store, apart);
    expect(found.map(({row}) => row)).not.toContain("r08");
    expect(leftOut).toEqual({"near-duplicates of test or held-out rows": 3});
  });

  it("need a text by which their near-duplicates are found", {tags: ["long"]}, async () => {
    const store = await storeOf();
    const {text, ...untold} = dataset(rows);
    expect(text).toBe("question");
    await pull(store.workspace, untold);
    store.refresh();
    await runOf(store, "teacher", {teacher: right});
    await expect(answers(store, answersOf("teacher"))).rejects.toThrow(/names no text.*Add `text: "column"`/);
    expect((await answers(store, answersOf("teacher", {text: "question"}))).rows).toHaveLength(18);
  });
});

describe("answers are kept by what the eval found", () => {
  it("and each rule counts what it leaves out", {tags: ["long"]}, async () => {
    const store = await storeOf();
    await runOf(store, "teacher", {
      teacher: ({answer}, i) =>
        i === 0
          ? {output: "I cannot", finish: "refusal"}
          : i === 1
            ? {output: "answ", finish: "length"}
            : i === 2
              ? {output: " "}
              : {output: i < 9 ? `wrong ${i}` : answer}
    });
    const {rows: found, leftOut} = await answers(
      store,
      answersOf("teacher", {keep: {minScore: 1, balance: {slice: "kind", most: 4}}})
    );
    expect(leftOut).toEqual({
      refused: 1,
      "cut off": 1,
      empty: 1,
      "scored below 1": 6,
      "more than 4 of a kind": 3
    });
    expect(found).toHaveLength(8);
  });

  it("by the agreement of repeats and of teachers", {tags: ["long"]}, async () => {
    const store = await storeOf();
    const teachers: Record<string, Said> = {
      one: ({answer}, i, repeat) => ({output: i < 5 && repeat === 1 ? "other" : answer}),
      two: ({answer}, i) => ({output: i < 5 ? "something else" : `${answer.toUpperCase()} `})
    };
    await runOf(store, "teachers", teachers, {repeats: 2});
    const {rows: found, leftOut} = await answers(store, answersOf("teachers", {keep: {agreement: 0.8}}));
    expect(found.map(({row}) => row)).toEqual(rows.slice(5, 20).map(({id}) => id));
    expect(found[0]).toMatchObject({candidate: "one", repeat: 0, agreement: 1, score: 1});
    expect(leftOut).toMatchObject({
      "agreed on by less than 0.8 of its row's answers": 20,
      "another answer of the row was taken": 45
    });
  });

  it("by a judge whose choice did not change with the order", async () => {
    const store = await storeOf();
    const judged: Scorer = ({row}) => ({
      value: 1,
      details: row.id < "r10" ? {agree: true, choices: []} : {agree: false, choices: []}
    });
    await runOf(store, "judged", {teacher: right}, {scorer: judged});
    const {rows: found} = await answers(store, answersOf("judged", {keep: {consistent: true}}));
    expect(found).toHaveLength(8);
    expect(found[0]).toMatchObject({doubt: 0});
  });

  it("once where questions and answers are near-duplicates", {tags: ["long"]}, async () => {
    const twice = rows.map((row, i) =>
      i === 12 ? {...row, question: "question, number 11", answer: "answer 11"} : row
    );
    const store = await storeOf(twice);
    await runOf(store, "teacher", {teacher: right}, {made: twice});
    const {leftOut} = await answers(store, answersOf("teacher"));
    expect(leftOut).toMatchObject({"near-duplicates of a kept question with the same answer": 1});
  });
});

describe("the forms of answers", () => {
  let store: Store;
  beforeAll(async () => {
    store = await storeOf();
    const mixed: Said = ({answer}, i) => ({output: i % 2 === 0 ? answer : "no idea"});
    await runOf(store, "two", {good: mixed, bad: wrong});
  });

  it("are pairs of a better and a worse answer", async () => {
    const {rows: found, leftOut} = await answers(store, answersOf("two", {form: "pairs"}), "pairs");
    expect(found).toHaveLength(9);
    expect(found[0]).toMatchObject({
      prompt: "Say: Question number 0",
      chosen: "answer 0",
      rejected: "wrong r00",
      chosen_score: 1,
      rejected_candidate: "bad"
    });
    expect(leftOut).toMatchObject({"no answer of the row is better than another": 18});
    await expect(
      answers(store, answersOf("two", {form: "pairs", leastDifference: 2}), "pairs")
    ).rejects.toThrow(/none is left to learn from .*differ by less than 2/);
  });

  it("are single answers marked good or bad", async () => {
    const {rows: found} = await answers(store, answersOf("two", {form: "kto"}), "kto");
    expect(found.filter(({good}) => good === true)).toHaveLength(9);
    expect(found.filter(({good}) => good === false)).toHaveLength(27);
    expect(found.find(({id}) => id === "r00/good/0")).toMatchObject({answer: "answer 0", good: true});
  });

  it("refuse rules that say nothing of them", () => {
    expect(() => answersOf("two", {form: "kto", good: 0.5, bad: 0.5})).toThrow(/`bad` must be below `good`/);
    expect(() => answersOf("two", {leastDifference: 1})).toThrow(/goes with form "pairs"/);
    expect(() => answersOf("two", {keep: {least: 1}} as never)).toThrow(/least/);
  });
});
