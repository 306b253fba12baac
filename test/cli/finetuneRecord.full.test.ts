import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {finetuned} from "../../src/evals/candidates/index.js";
import {finetuneVerb} from "../../src/cli/models/training/finetune.js";
import {byteTokenizer, type FinetuneDefinition, finetune} from "../../src/training/finetunes/index.js";
import {defineEval, runEval} from "../../src/evals/runner/index.js";
import {exactMatch} from "../../src/evals/scorers/index.js";
import {ensureSplit} from "../../src/data/splits/index.js";
import {openStore, openWorkspace} from "../../src/base/store/index.js";
import {noted} from "../support/jobProject.js";
import {define, json, project, scratch, setUpParted, split} from "./support/partedProject.js";

setUpParted();

describe("rows that are longer than `length`", () => {
  it("are told before training and after it, with what helps, and recorded", async () => {
    await define("short", {length: 20});
    const said = await noted(() => finetuneVerb(["short"], {}));
    const sentence =
      'words: 30.0% of the 10 rows of part "train" are longer than 20 tokens (`length`): 2 lose their end and end token, 1 is left out, since nothing of the answer is within.';
    const advice =
      "Raise `length`: the longest row has 64 tokens. The model has 48 positions: shorten longer rows in the data loader, or leave them out with `subset`. `assay finetune short --check` counts without training.";
    expect(said).toContain(`${sentence} ${advice}`);
    expect(said.split(sentence)).toHaveLength(3);
    expect(said.indexOf(advice)).toBeLessThan(said.indexOf("training short on 9 rows"));
    const own = await json("short");
    expect(own.training).toMatchObject({
      rows: 9,
      cut: 2,
      leftOut: 1,
      validation: {rows: 5, cut: 0, leftOut: 0}
    });
    const card = await readFile(join(own.path, "README.md"), "utf8");
    expect(card).toContain("| longer than `length` | 2 rows cut, 1 more left out |");
  });

  it("are told by an eval that trains the model", async () => {
    const store = await openStore(await openWorkspace(project));
    const messages: string[] = [];
    try {
      const version = (await store.latestVersion("words"))!;
      const definition: FinetuneDefinition = {
        name: "short-of-eval",
        dataset: "words",
        split,
        base: {tokenizer: byteTokenizer(), config: scratch},
        format: "prompt",
        columns: {prompt: "word", completion: "plural"},
        method: "full",
        length: 20,
        steps: 1,
        threads: 1
      };
      await runEval(
        defineEval({
          dataset: "words",
          split,
          candidates: [finetuned("short", finetune(definition), {params: {max_tokens: 2}, threads: 1})],
          prompt: "{{word}}",
          expected: "plural",
          scorers: {exact: exactMatch}
        }),
        {
          store,
          version,
          split: await ensureSplit(store, version, split),
          evalName: "short",
          effects: {onMessage: (text) => messages.push(text)}
        }
      );
    } finally {
      await store.close();
    }
    expect(messages.filter((text) => text.includes('30.0% of the 10 rows of part "train"'))).toHaveLength(2);
  });
});
