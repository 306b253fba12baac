// @module-tag long
import {afterAll, describe, expect, it} from "vitest";
import {readRowFiles} from "../../../src/report/components/rows/runRows.js";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {openAICompatible} from "../../../src/inference/endpoints/index.js";
import {candidate, defineEval, runEval} from "../../../src/evals/runner/index.js";
import {classification, exactMatch, includes} from "../../../src/evals/scorers/index.js";
import {runRows} from "../../../src/report/site/index.js";
import {OTHER} from "../../../src/report/site/rowFiles.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {openStore, type Publishing} from "../../../src/base/store/index.js";
import {startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

const opened: {close(): unknown}[] = [];
afterAll(async () => {
  for (const one of opened.reverse()) await one.close();
});

const SCORERS = {exact: exactMatch, includes: includes(), label: classification()};

/** The rows that a page gets of 40 questions with the answers `yes` and `no` unless told, answered by `answer`. */
async function rowsOf(
  answer: (row: number) => string,
  {
    scorer,
    publish,
    expected = (i) => (i % 2 ? "yes" : "no")
  }: {scorer: keyof typeof SCORERS; publish: Publishing; expected?: (row: number) => string}
) {
  const server = await startModelServer({answer: ({prompt}) => answer(Number(/\d+/.exec(prompt)![0]))});
  const store = await openStore(await temporaryProject());
  opened.push(server, store);
  const rows = Array.from({length: 40}, (_, i) => ({
    id: `r${i}`,
    text: `question ${i}`,
    expected: expected(i),
    part: i < 39 ? "test" : "train"
  }));
  const {version} = await pull(
    store.workspace,
    defineDataset({
      name: "questions",
      id: "id",
      text: "text",
      label: "expected",
      source: {kind: "rows", rows: () => rows}
    })
  );
  const split = await ensureSplit(store, version, {strategy: "given", column: "part"});
  const endpoint = openAICompatible({name: "here", baseUrl: server.url, hosting: "on-prem", trust: "local"});
  const {manifest} = await runEval(
    defineEval({
      dataset: "questions",
      split: {strategy: "given", column: "part"},
      candidates: [candidate("model", endpoint, "m")],
      prompt: "{{text}}",
      expected: "expected",
      scorers: {[scorer]: SCORERS[scorer]},
      publish
    }),
    {store, evalName: "yes-or-no", version, split, options: {preflight: false}}
  );
  store.refresh();
  const printed = new Map((await runRows(store, manifest!.id)).map(({name, content}) => [name, content]));
  return readRowFiles((name) => Promise.resolve(printed.get(name) as Uint8Array));
}

describe("what a page takes for classes", () => {
  it("are answers of which most are such as the rows expect", async () => {
    const rows = await rowsOf((i) => (i % 3 ? "yes" : "no"), {scorer: "exact", publish: "ids"});
    expect(rows.classes).toBe(true);
  });

  it("are not texts that hold the expected word somewhere", async () => {
    const rows = await rowsOf((i) => `Thinking of ${i}, it is yes.`, {scorer: "includes", publish: "ids"});
    expect(rows.classes).toBe(false);
  });

  it("are not numbers that hardly two rows expect", async () => {
    const expected = (i: number) => String(i % 30);
    const rows = await rowsOf(expected, {scorer: "exact", publish: "text", expected});
    expect(rows.classes).toBe(false);
  });

  it("are labels that a scorer read from texts", async () => {
    const rows = await rowsOf((i) => (i % 3 ? "I cannot tell" : "yes"), {scorer: "label", publish: "ids"});
    expect(rows.classes).toBe(true);
  });

  it("counts an answer that is not published among the wrong ones", async () => {
    const rows = await rowsOf((i) => (i % 4 ? "yes" : "my own secret words"), {
      scorer: "exact",
      publish: "ids"
    });
    const answers = Array.from({length: rows.length}, (_, row) => rows.text("answer:model", row));
    expect(rows.length).toBe(39);
    expect(answers.filter((answer) => answer === "yes")).toHaveLength(29);
    expect(answers.filter((answer) => answer === OTHER)).toHaveLength(10);
  });
});
