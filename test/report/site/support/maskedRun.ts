import {afterAll} from "vitest";
import {type DatasetDefinition, defineDataset, pull} from "../../../../src/data/datasets/index.js";
import {openAICompatible} from "../../../../src/inference/endpoints/index.js";
import {ensureLedger, maskExcerpt} from "../../../../src/data/privacy/index.js";
import {candidate, defineEval, runEval} from "../../../../src/evals/runner/index.js";
import {exactMatch, type Scorer} from "../../../../src/evals/scorers/index.js";
import {datasets, models, runRows, runs, splits, verdicts} from "../../../../src/report/site/index.js";
import {archivedFiles} from "../../../../src/report/site/rowArchive.js";
import type {StatedPublishing} from "../../../../src/report/site/statedPublishing.js";
import {ensureSplit} from "../../../../src/data/splits/index.js";
import {openStore, type Publishing, type Store} from "../../../../src/base/store/index.js";
import {type ModelServer, startModelServer} from "../../../support/modelServer.js";
import {temporaryProject} from "../../../support/temporaryWorkspace.js";

export const SECRET = /ada\d+@|4111 1111/;
const opened: {close(): unknown}[] = [];

/** A run whose rows, expectations and answers all hold personal data. */
export async function runOf(
  publish: Publishing,
  more: Partial<DatasetDefinition> = {},
  said = "",
  failing: {scorers?: Record<string, Scorer>; refused?: boolean} = {}
): Promise<{store: Store; run: string; server: ModelServer}> {
  const server = await startModelServer({
    answer: ({prompt}) => `I wrote to ${prompt}${said}`,
    behave: ({prompt}) =>
      failing.refused && /ada[0-4]@/.test(prompt)
        ? {status: 400, body: {error: {message: "will not answer about eve@example.net"}}}
        : undefined
  });
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
      scorers: failing.scorers ?? {exact: exactMatch},
      publish
    }),
    {store, version, split, evalName: "orders", effects: {maskExcerpt}}
  );
  return {store, run: manifest!.id, server};
}

export const sealed = new Map<Publishing, ReturnType<typeof runOf>>();

/** Everything that the pages' loaders print, as text. */
export async function published(store: Store, run: string): Promise<string> {
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

/** The same with the texts of rows. */
export async function allPublished(store: Store, run: string): Promise<string> {
  const files = (await archivedFiles(store, run)).map(({content}) => Buffer.from(content).toString("latin1"));
  return (await published(store, run)) + files.join("");
}

export const NOTHING: StatedPublishing = {datasets: {}, evals: {}};

export const bare = /paid|thank|<CREDIT_CARD>|<EMAIL_ADDRESS>/;

export const KEY = `ghp_${"Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0Uv1Wx2"}`;
export const failing = {
  refused: true,
  scorers: {
    // What a scorer throws and what it says may both repeat the answer.
    threw: (({output}) => {
      throw new Error(`no match in ${output} with ${KEY}`);
    }) as Scorer,
    failed: (({output}) => ({failed: `nothing in ${output}`})) as Scorer
  }
};

/** Closes what the runs have opened. */
export function setUpMasked(): void {
  afterAll(async () => {
    for (const one of opened.reverse()) await one.close();
  });
}
