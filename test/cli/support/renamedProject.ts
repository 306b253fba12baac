import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {assayHere, definitionFile} from "../../support/assayHere.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {compiled} from "../../support/compiledEngine.js";

const engine = compiled("index.js");

interface Names {
  dataset?: string;
  split?: string;
}

/** A project whose eval of 40 rows `name` writes anew, with other names of the same. */
export async function project(more = "") {
  const folder = await temporaryProject();
  for (const name of ["data-loaders", "evals"]) await mkdir(join(folder, name));
  await writeFile(join(folder, "package.json"), JSON.stringify({type: "module"}));
  const writeDataset = definitionFile(join(folder, "data-loaders"), "sums.ts");
  const writeEval = definitionFile(join(folder, "evals"), "sums.eval.ts");
  const name = async ({dataset = "sums", split = "halves"}: Names) => {
    const datasetFile = await writeDataset(
      `import {defineDataset} from ${JSON.stringify(engine)};
export const rows = Array.from({length: 80}, (_, i) => ({id: "s" + i, text: "what is " + i, answer: String(i % 2)}));
export default defineDataset({name: ${JSON.stringify(dataset)}, id: "id", text: "text", label: "answer", sensitivity: "public", source: {kind: "rows", rows: () => rows}});`
    );
    const evalFile = await writeEval(
      `import {candidate, defineEval, normalizedMatch, recorded} from ${JSON.stringify(engine)};
import dataset, {rows} from "../data-loaders/${datasetFile}";
const answering = (name, wrong) => candidate(name, recorded({name, rows: rows.map(({id, answer}) => ({id, output: wrong ? "none" : answer}))}), "m");
export default defineEval({name: "sums", dataset, split: {name: ${JSON.stringify(split)}, strategy: "random", test: 0.5, validation: 0}, prompt: "{{text}}", expected: "answer",
  candidates: [answering("one", false), answering("other", true)], scorers: {exact: normalizedMatch()}, gate: [{minScore: 0.6}], ${more}});`
    );
    return evalFile;
  };
  const call = (...words: string[]) => assayHere(folder, ...words);
  return {folder, name, call};
}
