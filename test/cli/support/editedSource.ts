import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, beforeEach, vi} from "vitest";
import {pullVerb} from "../../../src/cli/data/pull.js";
import {writeLoader} from "../../support/assay.js";
import {noted, trainer} from "../../support/jobProject.js";
import {commandProject} from "../../support/temporaryWorkspace.js";
import {compiled} from "../../support/compiledEngine.js";

export const source = (path: string) => JSON.stringify(compiled(path));
export const NOTICE =
  /^! words: words\.csv has changed since it was pulled on \d{4}-\d\d-\d\d; version [0-9a-f]{8} is used\. `assay pull words` makes a new one\.$/gm;
const split = `{strategy: "random", name: "random", test: 0.2, validation: 0.1}`;

let project: string;
let edits = 0;

export function edit(): void {
  const rows = Array.from({length: 40}, (_, i) => `word ${i},${"a".repeat(1 + edits)}`);
  writeFileSync(join(project, "words.csv"), `text,label\n${rows.join("\n")}\n`);
  edits++;
}

function write(folder: string, name: string, text: string): void {
  mkdirSync(join(project, folder), {recursive: true});
  writeFileSync(join(project, folder, name), text);
}

/** Pulls the words that each test edits. */
export function setUpSource(): void {
  beforeAll(async () => {
    project = await commandProject();
    writeLoader(
      project,
      "words",
      `{name: "words", source: {kind: "files", files: "words.csv"}, text: "text", label: "label", sensitivity: "public"}`
    );
    const words = `import {embedded} from ${source("inference/endpoints/embedded.js")};
const model = {manifest: {id: "i", name: "m"}, predict: async (texts) => texts.map(() => ({label: "a", logprobs: {a: 0}}))};
const endpoint = embedded({name: "here", load: async () => model});
export default {
  dataset: "words", split: ${split}, expected: "label", scorers: {same: ({output}) => (output === "a" ? 1 : 0)},
  candidates: [{name: "m", prepare: async () => ({endpoint, model: "m"})}], prompt: "{{text}}"
};`;
    write("evals", "words.eval.ts", words);
    write("evals", "words-again.eval.ts", words);
    write(
      "finetunes",
      "scratch.finetune.ts",
      `import {byteTokenizer, finetune} from ${source("index.js")};
export default finetune({
  dataset: "words", split: ${split}, format: "prompt", columns: {prompt: "text", completion: "label"},
  length: 32, rows: 4, threads: 1, method: "full", steps: 2, rate: 0.01,
  base: {tokenizer: byteTokenizer({tokens: []}), config: {model_type: "llama", architectures: ["LlamaForCausalLM"], hidden_size: 32,
    intermediate_size: 64, num_hidden_layers: 1, num_attention_heads: 4, num_key_value_heads: 2, rms_norm_eps: 1e-5,
    rope_theta: 10000, max_position_embeddings: 64, tie_word_embeddings: true, bos_token_id: 0, eos_token_id: 0}}
});`
    );
    write(
      "finetunes",
      "sent.job.ts",
      `import {job} from ${source("training/jobs/index.js")};
export default job({dataset: "words", split: ${split}, base: "base-model", format: "prompt", epochs: 1,
  on: {service: "command", trust: "local", tool: "llama-factory", run: "sh ${trainer}"}});`
    );
    edit();
    await noted(() => pullVerb([], {}));
  });
  beforeEach(() => noted(() => pullVerb([], {})));
  afterAll(() => {
    process.exitCode = 0;
    vi.unstubAllEnvs();
  });
}
