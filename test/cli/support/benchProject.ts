import {mkdirSync, writeFileSync} from "node:fs";
import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, vi} from "vitest";
import type {BenchVerbOptions} from "../../../src/cli/evals/bench/bench.js";
import {writeLoader} from "../../support/assay.js";
import {costStore} from "../../support/costStore.js";
import {printed} from "../../support/printed.js";
import {compiled} from "../../support/compiledEngine.js";

export let project: string;

export const quick: BenchVerbOptions = {
  concurrency: [1, 2],
  duration: 0.5,
  warmup: 0.1,
  stream: true,
  json: true
};
export const json = async <T>(work: () => Promise<void>) => JSON.parse(await printed(work)) as T;

/** Sets the project up for the tests of a file. */
export function setUpBench(): void {
  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), "assay-bench-"));
    await costStore(project);
    writeLoader(project, "sums", `{name: "sums", source: {kind: "rows", rows: () => [], describe: {}}}`);
    const source = (file: string) => JSON.stringify(compiled(`${file}/index.js`));
    mkdirSync(join(project, "evals"));
    writeFileSync(
      join(project, "evals", "sums.eval.ts"),
      `import {candidate, defineEval} from ${source("evals/runner")};
     import {openAICompatible} from ${source("inference/endpoints")};
     import {normalizedMatch} from ${source("evals/scorers")};
     const price = {inputUsdPerMillion: 1, outputUsdPerMillion: 1, asOf: "2026-01-01", source: "made up"};
     const paid = openAICompatible({name: "paid", baseUrl: "http://127.0.0.1:9", hosting: "api", trust: "external", price});
     export default defineEval({
       dataset: "sums", split: {name: "all", strategy: "given", column: "part"}, prompt: "{{question}}",
       expected: "answer", scorers: {exact: normalizedMatch()}, candidates: [candidate("paid", paid, "m")]
     });`
    );
    vi.stubEnv("ASSAY_PROJECT", project);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await rm(project, {recursive: true, force: true});
  });
}
