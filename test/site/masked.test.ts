import {afterAll, describe, expect, it} from "vitest";
import {defineDataset, pull} from "../../src/datasets/index.js";
import {openAICompatible} from "../../src/endpoints/index.js";
import {ensureLedger, maskExcerpt} from "../../src/privacy/index.js";
import {candidate, defineEval, runEval} from "../../src/runner/index.js";
import {exactMatch} from "../../src/scorers/index.js";
import {datasets, models, runRows, runs, verdicts} from "../../src/site/index.js";
import {ensureSplit} from "../../src/splits/index.js";
import {openStore, type Store} from "../../src/store/index.js";
import {type ModelServer, startModelServer} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const SECRET = /ada\d+@|4111 1111/;
const opened: {close(): unknown}[] = [];
afterAll(async () => {
  for (const one of opened.reverse()) await one.close();
});

/** A run whose rows, expectations and answers all hold personal data. */
async function runOf(publish: "masked" | "text"): Promise<{store: Store; run: string; server: ModelServer}> {
  const server = await startModelServer({answer: ({prompt}) => `I wrote to ${prompt}`});
  const store = await openStore(await temporaryProject());
  opened.push(server, store);
  const rows = Array.from({length: 20}, (_, i) => ({
    id: `r${i}`,
    text: `ada${i}@example.org paid with 4111 1111 1111 1111`,
    answer: `thank ada${i}@example.org for her order`
  }));
  const definition = {
    name: "orders",
    id: "id",
    text: "text",
    source: {kind: "rows", rows: () => rows}
  } as const;
  const {version} = await pull(store.workspace, defineDataset({...definition, sensitivity: "personal"}));
  await store.refresh();
  await ensureLedger(store, version);
  const split = await ensureSplit(store, version, {strategy: "random", test: 0.5, validation: 0});
  const endpoint = openAICompatible({name: "here", baseUrl: server.url, hosting: "on-prem", trust: "local"});
  const {manifest} = await runEval(
    defineEval({
      dataset: "orders",
      split: {strategy: "random"},
      candidates: [candidate("one", endpoint, "test-model")],
      prompt: "{{text}}",
      expected: "answer",
      scorers: {exact: exactMatch},
      publish
    }),
    {store, version, split, evalName: "orders", effects: {maskExcerpt}}
  );
  return {store, run: manifest!.id, server};
}

/** Everything that the pages' loaders print, as text. */
async function published(store: Store, run: string): Promise<string> {
  const file = Buffer.from(await runRows(store, run)).toString("latin1");
  const pages = [await datasets(store), await models(store), await runs(store), await verdicts(store)];
  return file + JSON.stringify(pages);
}

describe("what the report publishes", () => {
  it("holds no word of what was found when the eval publishes masked rows", async () => {
    const {store, run, server} = await runOf("masked");
    expect(JSON.stringify(server.requests)).toMatch(SECRET);
    const text = await published(store, run);
    expect(text).not.toMatch(SECRET);
    expect(text).toContain("<CREDIT_CARD>");
  });

  it("holds the text when the eval says so", async () => {
    const {store, run} = await runOf("text");
    expect(await published(store, run)).toMatch(SECRET);
  });
});
