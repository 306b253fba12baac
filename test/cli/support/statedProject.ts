import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {currentRuns, history, storeFingerprint} from "../../../src/report/site/index.js";
import {openStore, openWorkspace} from "../../../src/base/store/index.js";
import type {Ended} from "../../support/assay.js";
import {assayHere, definitionFile} from "../../support/assayHere.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {compiled} from "../../support/compiledEngine.js";

export const engine = compiled("index.js");

interface Stated {
  /** How many of 40 rows the one candidate answers rightly. */
  right?: number;
  prompt?: string;
  seed?: string;
  minScore?: number;
  /** A trainer of the package, in place of the recorded answers. */
  trainer?: string;
  part?: string;
  column?: string;
}

/** A project with one eval of 40 rows, whose file `state` writes anew. */
export async function project(): Promise<{
  folder: string;
  state(stated: Stated): Promise<void>;
  call(...words: string[]): Promise<Ended>;
}> {
  const folder = await temporaryProject();
  for (const name of ["data-loaders", "evals"]) await mkdir(join(folder, name));
  await writeFile(join(folder, "package.json"), JSON.stringify({type: "module"}));
  await writeFile(
    join(folder, "data-loaders", "sums.ts"),
    `import {defineDataset} from ${JSON.stringify(engine)};
export const rows = Array.from({length: 80}, (_, i) => ({id: "s" + i, text: "what is " + i, answer: String(i % 2),
  part: i < 40 ? "test" : "train", other: i < 40 ? "validation" : "train"}));
export default defineDataset({name: "sums", id: "id", text: "text", label: "answer", sensitivity: "public", source: {kind: "rows", rows: () => rows}});`
  );
  const write = definitionFile(join(folder, "evals"), "sums.eval.ts");
  return {
    folder,
    state: async ({
      right = 40,
      prompt = "{{text}}",
      seed,
      minScore = 0.6,
      trainer,
      part,
      column = "part"
    }) => {
      await write(
        `import * as assay from ${JSON.stringify(engine)};
import dataset, {rows} from "../data-loaders/sums.js";
const {candidate, defineEval, normalizedMatch, recorded, trained} = assay;
const answers = rows.map(({id, answer}, i) => ({id, output: i < ${right} ? answer : "none"}));
const one = ${trainer === undefined ? `candidate("one", recorded({name: "answers", rows: answers}), "m")` : `trained("one", assay.${trainer}({text: "text", label: "answer"}))`};
export default defineEval({name: "sums", dataset, split: {strategy: "given", column: "${column}"}, prompt: ${JSON.stringify(prompt)}, expected: "answer",
  seed: ${JSON.stringify(seed)}, part: ${JSON.stringify(part)}, candidates: [one], scorers: {exact: normalizedMatch()}, gate: [{minScore: ${minScore}}]});`
      );
    },
    call: (...words) => assayHere(folder, ...words)
  };
}

/** What the report's first page and the history of an eval show. */
export async function pages(folder: string) {
  const workspace = await openWorkspace(folder);
  const store = await openStore(workspace);
  try {
    const [shown] = (await history(store)).histories;
    return {
      current: (await currentRuns(workspace)).map(({id}) => id),
      history: shown?.runs.map(({run}) => run),
      times: shown?.runs.map(({at}) => at),
      fingerprint: await storeFingerprint(workspace)
    };
  } finally {
    store.close();
  }
}

/** The one run that `assay check --json` names. */
export const judgedIn = ({stdout}: Ended) => (JSON.parse(stdout) as {run: string}[]).map(({run}) => run);
