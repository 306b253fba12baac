// @module-tag long
import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import {submitVerb} from "../../src/cli/models/training/jobSubmit.js";
import {openService, type ServiceSettings} from "../../src/training/jobs/index.js";
import {writeLoader} from "../support/assay.js";
import {jobProject} from "../support/jobProject.js";
import {printed} from "../support/printed.js";
import {compiled} from "../support/compiledEngine.js";

const jobs = compiled("training/jobs/index.js");
let project: string;

beforeAll(async () => {
  ({project} = await jobProject());
  writeLoader(
    project,
    "pairs",
    `{name: "pairs", id: "id", text: "prompt", source: {kind: "rows", rows: () =>
      Array.from({length: 40}, (_, i) => ({id: "r" + i, prompt: "Question " + i, chosen: "word ".repeat(i < 5 ? 300 : 1) + i, rejected: "no"}))}}`
  );
});
afterAll(() => vi.unstubAllEnvs());

/** What `assay jobs submit --check` says of a job with these members. */
async function checked(name: string, on: object, members: object = {}): Promise<string> {
  const definition = {
    dataset: "questions",
    split: {strategy: "random", name: "random", test: 0.2, validation: 0.1},
    base: "base-model",
    format: "prompt",
    on: {trust: "contract", ...on},
    ...members
  };
  writeFileSync(
    join(project, "finetunes", `${name}.job.ts`),
    `import {job} from ${JSON.stringify(jobs)};\nexport default job(${JSON.stringify(definition)});\n`
  );
  return printed(() => submitVerb(name, {check: true, skipUnresolved: true, usdPerMillion: 8}));
}

const tool = (name: string) => ({service: "command", tool: name, run: "true"});

describe("assay jobs submit --check", () => {
  it.each([
    ["Together, once", {service: "together"}, () => 1],
    ["a tool, three times", tool("trl"), () => 3],
    [
      "OpenAI, by the number of rows",
      {service: "openai", baseUrl: "http://127.0.0.1:9", apiKeyEnv: "NO_SUCH_KEY"},
      (rows: number) => Math.floor(100 / rows)
    ]
  ])("counts the epochs that are trained where a job names none: by %s", async (_name, on, epochsOf) => {
    const split = {strategy: "random", name: "few", test: 0.6, validation: 0.1};
    const said = await checked(`epochs-${on.service}`, on, {split});
    const [, rows] = /train\.jsonl: (\d+) examples/.exec(said)!;
    const [, each, times, all] = /(\d+) tokens \(estimated\), (\d+) epochs: (\d+) tokens, about \$/.exec(
      said
    )!;
    const epochs = epochsOf(Number(rows));
    expect([Number(times), Number(all)]).toEqual([epochs, epochs * Number(each)]);
  });

  it("says tokens of one epoch where nobody knows how many there are", async () => {
    const fireworks = {service: "fireworks", account: "acme"};
    expect(await checked("unknown", fireworks)).toMatch(
      /\d+ tokens \(estimated\) an epoch; the number of epochs is not known$/m
    );
    expect(await checked("known", fireworks, {epochs: 2})).toMatch(/, 2 epochs: \d+ tokens, about \$/);
  });

  it.each([
    ["axolotl", {more: {num_epochs: 50}}, 50],
    ["trl", {more: {num_train_epochs: 40}}, 40],
    ["llama-factory", {more: {num_train_epochs: 2}}, 2]
  ])("counts the epochs that the words of %s name", async (name, members, epochs) => {
    expect(await checked(`more-${name}`, tool(name), members)).toMatch(new RegExp(`, ${epochs} epochs: `));
  });

  it("names no epochs where a number of steps ends the training", async () => {
    expect(await checked("steps", tool("trl"), {more: {max_steps: 100}})).toMatch(
      /number of epochs is not known/
    );
  });

  it.each([
    ["epochs", tool("axolotl"), {epochs: 3, more: {num_epochs: 50}}],
    ["lora.rank", tool("axolotl"), {lora: {rank: 8}, more: {lora_r: 16}}],
    ["seed", tool("trl"), {seed: 1, more: {seed: 2}}],
    ["rows", {service: "together"}, {rows: 4, more: {batch_size: 8}}],
    ["epochs", {service: "fireworks", account: "acme"}, {epochs: 1, more: {epochs: 2}}],
    [
      "epochs",
      {service: "openai"},
      {epochs: 5, more: {method: {supervised: {hyperparameters: {n_epochs: 3}}}}}
    ]
  ])("refuses `%s` that is said twice, and otherwise in `more`", async (word, on, members) => {
    await expect(checked(`twice-${Object.values(on).join("-")}-${word}`, on, members)).rejects.toThrow(
      new RegExp(`the job says \`${word}\` \\d, and in \`more\` .* the same setting`)
    );
  });

  it("takes what is said twice alike", async () => {
    expect(await checked("alike", tool("trl"), {seed: 1, more: {seed: 1}})).toMatch(/, 3 epochs: /);
  });

  it("says what the tool cuts or drops at the job's own length", async () => {
    const pairs = {dataset: "pairs", format: "preference", columns: {chosen: "chosen", rejected: "rejected"}};
    expect(await checked("short", tool("trl"), {...pairs, length: 200})).toMatch(
      /\n {2}! TRL: \d examples are longer than 200 tokens: cut at the end \(max_length\)/
    );
    expect(await checked("dropped", tool("axolotl"), {...pairs, length: 200})).toMatch(
      /! axolotl: \d examples are longer than 200 tokens: dropped without a word \(sequence_len\)/
    );
    expect(await checked("own", tool("axolotl"), {...pairs, more: {sequence_len: 2048}})).not.toMatch(
      /longer than/
    );
    // Axolotl would take 512 by itself, and is told 1024.
    expect(await checked("long", tool("axolotl"), pairs)).not.toMatch(/!/);
  });

  it("knows the rules of every place that is told by a configuration of ours", () => {
    const hub: ServiceSettings = {
      service: "huggingface",
      trust: "contract",
      namespace: "acme",
      flavor: "t4-small"
    };
    const {usualEpochs, limit} = openService(hub);
    expect(usualEpochs).toBe(3);
    expect(limit!({format: "trl", settings: {}})).toEqual({most: 1024, then: "cut at the end (max_length)"});
  });
});
