import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {compiled} from "../../support/compiledEngine.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

export const engine = compiled("bundle/index.js");

/** A project whose eval's one candidate answers 13 of 16 rows rightly; beside it a loader and an eval that cannot be loaded. */
export async function projectWith(gate: object): Promise<string> {
  const project = await temporaryProject();
  for (const folder of ["data-loaders", "evals"]) await mkdir(join(project, folder));
  await writeFile(join(project, "package.json"), JSON.stringify({type: "module"}));
  await writeFile(
    join(project, "data-loaders", "sums.ts"),
    `import {defineDataset} from ${JSON.stringify(engine)};
export const rows = Array.from({length: 16}, (_, i) => ({id: "s" + i, text: "what is " + i, answer: i, part: "test"}));
export default defineDataset({name: "sums", id: "id", text: "text", sensitivity: "public", source: {kind: "rows", rows: () => rows}});`
  );
  await writeFile(
    join(project, "evals", "sums.eval.ts"),
    `import {candidate, defineEval, normalizedMatch, recorded} from ${JSON.stringify(engine)};
import dataset, {rows} from "../data-loaders/sums.js";
const answers = rows.map(({id, answer}) => ({id, output: String(answer < 13 ? answer : 0)}));
export default defineEval({dataset, split: {strategy: "given", column: "part"}, prompt: "{{text}}", expected: "answer",
  candidates: [candidate("one", recorded({name: "answers", rows: answers}), "m")],
  scorers: {exact: normalizedMatch()}, gate: [${JSON.stringify(gate)}]});`
  );
  return project;
}
