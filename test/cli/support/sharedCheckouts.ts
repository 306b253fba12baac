import {mkdir} from "node:fs/promises";
import {join} from "node:path";
import {afterAll} from "vitest";
import {trained} from "../../../src/evals/candidates/index.js";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {majorityClassifier, tfidfLogReg} from "../../../src/training/finetunes/index.js";
import {defineEval, runEval} from "../../../src/evals/runner/index.js";
import {classification} from "../../../src/evals/scorers/index.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {openStore, openWorkspace, type Workspace} from "../../../src/base/store/index.js";
import {startS3} from "../../support/s3Server.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

export const server = await startS3();
export const bucket = await server?.bucket();
if (server) Object.assign(process.env, server.env, {ASSAY_STORE: `s3://${bucket}/team`});

/** A checkout of one project on a machine of its own. */
export async function checkout(): Promise<Workspace> {
  const project = await temporaryProject();
  await mkdir(join(project, "data-loaders"));
  return openWorkspace(project, ".assay");
}

export const tickets = defineDataset({
  name: "tickets",
  source: {
    kind: "rows",
    rows: () =>
      Array.from({length: 60}, (_, i) => ({
        id: `t${i}`,
        text: i % 2 === 0 ? `the invoice ${i} is wrong` : `the parcel ${i} never came`,
        label: i % 2 === 0 ? "billing" : "delivery"
      }))
  },
  id: "id",
  text: "text",
  label: "label",
  sensitivity: "public"
});

const columns = {text: "text", label: "label"};
export const routing = defineEval({
  dataset: "tickets",
  split: {strategy: "random"},
  expected: "label",
  scorers: {accuracy: classification()},
  candidates: [trained("majority", majorityClassifier(columns)), trained("words", tfidfLogReg(columns))],
  prompt: "{{text}}"
});

export async function pullAndRun(workspace: Workspace, prompt = "{{text}}") {
  const {version, changed} = await pull(workspace, tickets);
  const store = await openStore(workspace);
  try {
    const split = await ensureSplit(store, version, {strategy: "random"});
    const {manifest, calls} = await runEval(
      {...routing, prompt},
      {store, version, split, evalName: "routing"}
    );
    return {changed, calls, manifest: manifest!};
  } finally {
    store.close();
  }
}

export const shared = {
  dataset: "tickets",
  split: {strategy: "random"},
  format: "prompt",
  columns: {prompt: "text", completion: "label"},
  length: 64,
  rows: 4,
  threads: 1,
  steps: 2
} as const;

/** Takes the setting of the shared store away. */
export function setUpCheckouts(): void {
  afterAll(() => {
    delete process.env.ASSAY_STORE;
  });
}
