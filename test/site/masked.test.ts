import {afterAll, describe, expect, it} from "vitest";
import {type DatasetDefinition, defineDataset, pull} from "../../src/datasets/index.js";
import {openAICompatible} from "../../src/endpoints/index.js";
import {ensureLedger, maskExcerpt} from "../../src/privacy/index.js";
import {candidate, defineEval, runEval} from "../../src/runner/index.js";
import {exactMatch} from "../../src/scorers/index.js";
import {datasets, models, runRows, runs, splits, verdicts} from "../../src/site/index.js";
import {publishing} from "../../src/site/publishing.js";
import {archivedFiles} from "../../src/site/rowArchive.js";
import {ensureSplit} from "../../src/splits/index.js";
import {
  openStore,
  type Publishing,
  type RunManifest,
  type Store,
  type VersionManifest
} from "../../src/store/index.js";
import {type ModelServer, startModelServer} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const SECRET = /ada\d+@|4111 1111/;
const opened: {close(): unknown}[] = [];
afterAll(async () => {
  for (const one of opened.reverse()) await one.close();
});

/** A run whose rows, expectations and answers all hold personal data. */
async function runOf(
  publish: Publishing,
  more: Partial<DatasetDefinition> = {},
  said = ""
): Promise<{store: Store; run: string; server: ModelServer}> {
  const server = await startModelServer({answer: ({prompt}) => `I wrote to ${prompt}${said}`});
  const store = await openStore(await temporaryProject());
  opened.push(server, store);
  const rows = Array.from({length: 20}, (_, i) => ({
    id: `r${i}`,
    // Every text stands twice, with an answer of its own: duplicates that contradict each other.
    text: `ada${i >> 1}@example.org paid with 4111 1111 1111 1111`,
    answer: `thank ada${i}@example.org for her order`
  }));
  const definition = defineDataset({
    name: "orders",
    id: "id",
    text: "text",
    label: "answer",
    source: {kind: "rows", rows: () => rows},
    filters: {"not the last": "id <> 'r19'"},
    sensitivity: "personal",
    ...more
  });
  const {version} = await pull(store.workspace, definition);
  store.refresh();
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
  const files = (await runRows(store, run)).map(({content}) => Buffer.from(content).toString("latin1"));
  const pages = [
    await datasets(store),
    await splits(store),
    await models(store),
    await runs(store),
    await verdicts(store)
  ];
  return files.join("") + JSON.stringify(pages);
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

  it("is nothing where outputs hold keys that would be published as they are", async () => {
    const key = ["sk", "proj", "Zx8Kq2Lm9Vt4Bn7Rw1Yc5Dh3".repeat(2)].join("-");
    const planted = `; the key is ${key}.`;
    const {store, run} = await runOf("text", {}, planted);
    const refused = await archivedFiles(store, run).catch((error: Error) => error.message);
    expect(refused).toMatch(
      /^Run orders-\w+ publishes texts as they are, and holds secrets: row r\d+ \(API_KEY\), .* and \d+ more\. Set `publish: "masked"`/
    );
    expect(refused).not.toContain(key.slice(8, 20));
    // Personal data are published where the eval says so, and masked texts hold no key.
    const open = await runOf("text");
    expect((await archivedFiles(open.store, open.run)).length).toBeGreaterThan(2);
    const masked = await runOf("masked", {}, planted);
    const files = await archivedFiles(masked.store, masked.run);
    expect(files.map(({content}) => Buffer.from(content).toString("latin1")).join("")).not.toContain(key);
  });

  it("is nothing where a candidate's name holds a key or an address with credentials", async () => {
    const {store, run} = await runOf("ids");
    const named = (name: string): Pick<typeof store, "runs" | "rows"> => ({
      rows: store.rows.bind(store),
      runs: async (options) =>
        (await store.runs(options)).map((one) => ({
          ...one,
          candidates: one.candidates.map((candidate) => ({...candidate, name}))
        }))
    });
    for (const secret of [
      ["sk", "proj", "Zx8Kq2Lm9Vt4Bn7Rw1Yc5Dh3".repeat(2)].join("-"),
      "https://user:hunter2pw@example.com/v1",
      "https://example.com/v1?api_key=hunter2pw"
    ]) {
      const refused = await archivedFiles(named(secret) as typeof store, run).catch(
        (error: Error) => error.message
      );
      expect(refused).toMatch(/^Run orders-\w+ has names that hold secrets, .*: candidate 1\./);
      expect(refused).not.toContain(secret.slice(8, 20));
    }
  });

  const bare = /paid|thank|<CREDIT_CARD>|<EMAIL_ADDRESS>/;

  it("shows duplicates, conflicts and dropped rows with masked words, and without any where an eval publishes ids only", async () => {
    const {store} = await runOf("masked");
    const [before] = (await datasets(store)).datasets;
    const {rejected, duplicates, conflicts} = before!.details[0]!;
    for (const one of [rejected, duplicates, conflicts]) expect(JSON.stringify(one)).toMatch(bare);

    const {store: closed, run} = await runOf("ids");
    expect(await published(closed, run)).not.toMatch(bare);
    const [after] = (await datasets(closed)).datasets;
    expect(after!.details[0]).toMatchObject({
      rejected: [{rows: 1, examples: [{id: "r19", excerpt: null}]}],
      duplicates: {clusters: 9, largest: Array(9).fill({rows: 2}) as object[]},
      conflicts: {clusters: 9},
      labels: [],
      otherLabels: {labels: 19, rows: 19}
    });
  });

  it("keeps to the dataset's own setting whatever the eval says", async () => {
    const {store, run} = await runOf("text", {publish: "ids"});
    expect(await published(store, run)).not.toMatch(bare);
    const {store: second, run: other} = await runOf("text", {publish: "masked"});
    const text = await published(second, other);
    expect(text).toContain("<CREDIT_CARD>");
    expect(text).not.toMatch(SECRET);
  });

  it("goes by the newest run of every eval", () => {
    const version = {dataset: "orders"} as VersionManifest;
    const runsOf = (...all: [string, Publishing | undefined][]) =>
      all.map(([name, publish]) => ({eval: name, publish, dataset: {name: "orders"}}) as RunManifest);
    expect(publishing([version], [])).toBe("masked");
    expect(publishing([version], runsOf(["a", "text"], ["b", undefined]))).toBe("masked");
    expect(publishing([version], runsOf(["a", "ids"], ["b", "text"]))).toBe("ids");
    expect(publishing([version], runsOf(["a", "ids"], ["b", "text"], ["a", "masked"]))).toBe("masked");
    expect(publishing([{...version, dataset: "other"}], runsOf(["a", "ids"]))).toBe("masked");
  });
});
