import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {compiled} from "../../../support/compiledEngine.js";

/** Writes `words.eval.ts` with its dataset into a folder: one candidate, on the endpoint of workerMain.ts. */
export async function writeWordsEval(project: string, modelUrl: string): Promise<void> {
  await mkdir(join(project, "evals"));
  await writeFile(join(project, "package.json"), '{"type": "module"}');
  await writeFile(
    join(project, "evals", "words.eval.ts"),
    `import {candidate, defineDataset, defineEval, exactMatch, openAICompatible} from ${JSON.stringify(compiled("bundle/index.js"))};
const endpoint = openAICompatible({name: "local", baseUrl: ${JSON.stringify(modelUrl)}, hosting: "on-prem", trust: "local",
  retries: {retries: 2, baseDelayMs: 5, maxDelayMs: 20}});
const rows = Array.from({length: 20}, (_, i) => ({id: \`w\${i}\`, text: \`item \${i} is red\`, answer: "red"}));
const dataset = defineDataset({name: "words", source: {kind: "rows", rows: () => rows}, id: "id", text: "text", label: "answer"});
export default defineEval({dataset, split: {strategy: "random", validation: 0, test: 0.5}, prompt: "{{text}}",
  expected: "answer", candidates: [candidate("one", endpoint, "test-model")], scorers: {exact: exactMatch}});`
  );
}
