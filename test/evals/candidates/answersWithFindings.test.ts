// @module-tag long
import {afterAll, beforeAll, expect, it} from "vitest";
import {answersOf, defineDataset, pull} from "../../../src/data/datasets/index.js";
import {acceptFindings, ensureLedger} from "../../../src/data/privacy/index.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {trained} from "../../../src/evals/candidates/index.js";
import {type Candidate, candidate, defineEval, runEval} from "../../../src/evals/runner/index.js";
import {answered, exactMatch} from "../../../src/evals/scorers/index.js";
import {openAICompatible} from "../../../src/inference/endpoints/index.js";
import {tfidfLogReg, trainedOn} from "../../../src/training/finetunes/index.js";
import {openStore, type Store} from "../../../src/base/store/index.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const spec = {name: "given", strategy: "given", column: "part"} as const;
const colours = ["red", "green"];
const rows = (dataset: string) =>
  Array.from({length: 40}, (_, i) => ({
    id: `${dataset}${i}`,
    part: i < 30 ? "train" : "test",
    // A person's address stands in every tenth text.
    text: `${dataset} number ${i * 7919} is ${colours[i % 2]}${i % 10 === 4 ? ", says ada@example.org" : ""}`,
    colour: colours[i % 2]!
  }));

let store: Store;
let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer({
    models: ["quiet", "telling"],
    answer: ({body, prompt}) => {
      const colour = colours.find((one) => prompt.includes(one))!;
      return body.model === "telling" && prompt.includes("ada") ? `${colour}, bob@example.org` : colour;
    }
  });
  const workspace = await temporaryWorkspace();
  for (const name of ["mails", "others"])
    await pull(
      workspace,
      defineDataset({name, id: "id", text: "text", source: {kind: "rows", rows: () => rows(name)}})
    );
  store = await openStore(workspace);
});
afterAll(async () => {
  await store.close();
  await server.close();
});

async function run(dataset: string, evalName: string, part: "train" | "test", own: Candidate) {
  const version = (await store.latestVersion(dataset))!;
  const split = await ensureSplit(store, version, spec);
  store.refresh();
  const definition = defineEval({
    dataset,
    split: spec,
    part,
    candidates: [own],
    prompt: "{{text}}",
    expected: "colour",
    scorers: {right: part === "train" ? answered : exactMatch}
  });
  const {manifest} = await runEval(definition, {
    store,
    version,
    split,
    evalName,
    options: {preflight: false}
  });
  store.refresh();
  return manifest!;
}

const teacher = (model: string) =>
  candidate(
    model,
    openAICompatible({name: "api", baseUrl: server.url, hosting: "on-prem", trust: "local"}),
    model
  );
const student = (of: string) =>
  trained("student", trainedOn(answersOf(of), tfidfLogReg({text: "text", label: "answer"})));

it("answers to an eval's own rows are trained on where the rows' text could be, and to others only as decided", async () => {
  await run("mails", "quiet", "train", teacher("quiet"));
  // A classifier of the rows themselves is asked for nothing, as it stays on this machine.
  await run("mails", "own", "test", trained("own", tfidfLogReg({text: "text", label: "colour"})));
  const {counts} = await run("mails", "judged", "test", student("quiet"));
  expect(counts).toMatchObject({scored: 10, failed: 0});
  const elsewhere = () => run("others", "elsewhere", "test", student("quiet"));
  await expect(elsewhere()).rejects.toThrow(
    /tfidf-logreg: 3 of 30 rows may not go to a fine-tuning file.*in words of mails: `assay pii mails --accept RULE/s
  );
  await ensureLedger(store, (await store.latestVersion("mails"))!);
  await acceptFindings(store, (await store.latestVersion("mails"))!, {what: "email/tld", reason: "nobody's"});
  expect((await elsewhere()).counts).toMatchObject({scored: 10});
});

it("what an answer itself holds is decided in the dataset of the answers, which the message names", async () => {
  await run("mails", "telling", "train", teacher("telling"));
  const judged = () => run("mails", "judged-telling", "test", student("telling"));
  const refusal = await judged().then(
    () => "",
    (error: unknown) => (error as Error).message
  );
  const [, dataset] =
    /in words of an answer: `assay pii (answers-telling-\w+) --accept RULE/.exec(refusal) ?? [];
  expect(refusal).toMatch(/3 of 30 rows .*EMAIL_ADDRESS by email\/tld in answer \(3\)/s);
  expect(refusal).not.toContain("in prompt");
  await acceptFindings(store, (await store.latestVersion(dataset!))!, {what: "email/tld", reason: "made up"});
  expect((await judged()).counts).toMatchObject({planned: 10});
});
