import fc from "../support/property.js";
import {describe, expect, it} from "vitest";
import {
  cascade,
  finetuned,
  localCandidate,
  mergedModel,
  storedModel
} from "../../src/evals/candidates/index.js";
import {defineDataset, textLength} from "../../src/data/datasets/index.js";
import {embedded, huggingFace, openAICompatible, recorded} from "../../src/inference/endpoints/index.js";
import {
  encoderHead,
  finetune,
  jointNgram,
  majorityClassifier,
  type ModelSource,
  staticEmbedding,
  tfidfLogReg
} from "../../src/training/finetunes/index.js";
import {localModel} from "../../src/inference/localModels/index.js";
import {job} from "../../src/training/jobs/index.js";
import {candidate, defineEval, type EvalDefinition} from "../../src/evals/runner/index.js";
import {exactMatch} from "../../src/evals/scorers/index.js";
import {rollingWindows, type SplitSpec} from "../../src/data/splits/index.js";
import {expectClear, misspelt, refusalOf} from "./support.js";

type Definition = Record<string, unknown>;

const endpoint = recorded({name: "r", rows: [{id: "1", output: "a"}]});
const price = {inputUsdPerMillion: 1, outputUsdPerMillion: 2, asOf: "2026-01-01", source: "a page"};

const dataset: Definition = {
  name: "words",
  description: "d",
  licence: "CC0-1.0",
  source: {
    kind: "files",
    files: "a.csv",
    format: "csv",
    delimiter: ",",
    columns: {a: "BIGINT"},
    headers: {accept: "x"}
  },
  sql: "select * from source",
  append: true,
  id: "id",
  text: "text",
  label: "label",
  group: "thread",
  time: "sent",
  sensitivity: "personal",
  publish: "ids",
  privacy: {columns: ["text"], actions: {email: "mask"}, minScore: 0.3, keyVariable: "A_KEY"},
  earlier: ["a > 1"],
  filters: {length: textLength(), short: "length(text) < 9"},
  checks: {"has text": "text is not null"}
};

const split: Definition = {
  name: "s",
  strategy: "temporal",
  group: "g",
  cutoffs: {validation: "2026-01-01", test: "2026-02-01T10:00:00Z"},
  gap: "7 days",
  near: {threshold: 0.8, foldNumbers: true},
  validation: 0.1,
  test: 0.2,
  heldOut: 0,
  seed: "x"
};

const evaluation: Definition = {
  name: "e",
  title: "t",
  description: "d",
  dataset: "words",
  split: {strategy: "random"},
  part: "test",
  candidates: [candidate("a", endpoint, "m", {baseline: true}), candidate("b", endpoint, "m")],
  prompt: "{{text}}",
  fewShot: {count: 2, seed: "s"},
  expected: "label",
  scorers: {exact: exactMatch},
  primary: "exact",
  slices: ["label"],
  cluster: "thread",
  repeats: 2,
  margin: 0.02,
  seed: "s",
  needs: {logprobs: true, usage: true, tools: false},
  gate: [{candidate: "a", minScore: 0.5, maxRegression: 0.1, baselineRun: "previous", maxFailureShare: 0.1}],
  race: {errorRate: 0.05},
  publish: "masked"
};

const http: Definition = {
  name: "h",
  baseUrl: "http://127.0.0.1:9/v1",
  hosting: "api",
  trust: "external",
  limits: {requestsPerMinute: 60, tokensPerMinute: 1000, concurrency: 2},
  price,
  timeoutMs: 1000,
  retries: {retries: 2, baseDelayMs: 1, maxDelayMs: 2, maxRetryAfterMs: 3, maxElapsedMs: 4},
  stream: false,
  query: {version: "1"},
  apiKeyEnv: "A_KEY",
  headersEnv: {"x-key": "B_KEY"}
};

const training = {
  name: "t",
  dataset: "words",
  split: {strategy: "random"},
  part: "train",
  validation: "validation",
  format: "prompt",
  columns: {prompt: "text", completion: "label"},
  system: "s",
  method: "full",
  rows: 4,
  rate: 0.001,
  length: 64
};

const tuning: Definition = {
  ...training,
  subset: {words: "some", where: () => true},
  base: {config: {model_type: "llama"}, tokenizer: "folder"},
  learn: "all",
  precision: "f32",
  steps: 3,
  accumulate: 2,
  packing: true,
  schedule: "cosine",
  warmUp: 2,
  weightDecay: 0,
  dropout: 0.1,
  clip: 1,
  validateEvery: 2,
  patience: 2,
  keep: "last",
  checkpointing: true,
  checkpointEvery: 2,
  threads: 1,
  seed: "s"
};

const preferring: Definition = {
  ...training,
  base: "m",
  format: "preference",
  columns: {prompt: "text", chosen: "good", rejected: "bad"},
  method: "lora",
  lora: {rank: 4, alpha: 8, targets: ["q_proj"], rslora: true},
  preference: {beta: 0.1, loss: "robust", labelSmoothing: 0.1, sft: 1},
  precision: "q8_0"
};

const service = {
  service: "command",
  trust: "local",
  run: "sh train.sh",
  tool: "trl",
  output: "out",
  timeoutHours: 1000
};

const trainer: Definition = {
  name: "words",
  text: "text",
  label: "label",
  part: "train",
  subset: {words: "some", where: () => true},
  sample: 9,
  vocabularySize: 100,
  epochs: 3
};

/** Its members are not ours to look at. */
const source = Object.create(storedModel("a")) as ModelSource;

const kinds: {what: string; valid: Definition; define: (definition: never) => unknown}[] = [
  {what: "dataset", valid: dataset, define: defineDataset},
  {what: "split", valid: split, define: (spec: SplitSpec) => rollingWindows(spec)},
  {what: "eval", valid: evaluation, define: defineEval},
  {what: "OpenAI-compatible endpoint", valid: http, define: openAICompatible},
  {
    what: "Hugging Face endpoint",
    valid: {
      name: "hf",
      provider: "auto",
      apiKeyEnv: "HF_TOKEN",
      urls: {router: "http://a", hub: "http://b"},
      trust: "external"
    },
    define: huggingFace
  },
  {
    what: "embedded endpoint",
    valid: {
      name: "e",
      load: () => undefined,
      identity: () => ({}),
      hosting: "edge",
      trust: "local",
      price,
      maxBatch: 2
    },
    define: embedded
  },
  {
    what: "recorded endpoint",
    valid: {
      name: "r",
      rows: [],
      id: "id",
      output: "output",
      repeat: "n",
      model: "m",
      judged: "j",
      latencyMs: "l",
      finishReason: "f",
      trust: "local"
    },
    define: recorded
  },
  {what: "fine-tune", valid: tuning, define: finetune},
  {what: "fine-tune by preferences", valid: preferring, define: finetune},
  {
    what: "job",
    // `parnt` is as near to `part` as to `parent`.
    valid: {
      ...training,
      base: "m",
      method: "lora",
      lora: {rank: 4, alpha: 8},
      format: "preference",
      preference: {beta: 0.1},
      epochs: 2,
      seed: 1,
      more: {a: 1},
      on: service
    },
    define: job
  },
  {what: "trainer", valid: trainer, define: tfidfLogReg},
  {
    what: "merge of a candidate",
    valid: {
      name: "m",
      method: "linear",
      models: [{source, parameters: {weight: [{filter: "x", value: 1}, {value: 0}]}}],
      base: source,
      parameters: {normalize: true}
    },
    define: mergedModel
  },
  {
    what: "cascade",
    valid: {signal: "logprobs", thresholds: [0.5], repeats: 3, baseline: false, hosting: "api"},
    define: (settings) =>
      cascade("c", [candidate("a", endpoint, "m"), candidate("b", endpoint, "m")], settings)
  },
  {
    what: "model on this machine",
    valid: {
      name: "here",
      type: "q8_0",
      adapters: {a: "b"},
      chatTemplate: "t",
      templateVariables: {a: 1},
      preTokenizer: "p",
      hosting: "edge",
      price,
      threads: 1,
      parallel: 2,
      exact: true,
      contextTokens: 64,
      gpuLayers: 0
    },
    define: (options) => localModel("a.gguf", options)
  }
];

/** The definition with one member of it, or of an object within it, changed. */
function changed(
  valid: Definition,
  path: readonly string[],
  change: (at: Definition, key: string) => void
): Definition {
  const copy: Definition = {...valid};
  let at = copy;
  for (const key of path.slice(0, -1)) {
    const inner = at[key];
    at[key] = Array.isArray(inner)
      ? [{...(inner[0] as Definition)}, ...(inner.slice(1) as unknown[])]
      : {...(inner as Definition)};
    at = (Array.isArray(inner) ? (at[key] as Definition[])[0]! : at[key]) as Definition;
  }
  change(at, path.at(-1)!);
  return copy;
}

/** Members that hold names of the user's own choice, or none of ours. */
const FREE =
  /^(columns|headers|actions|filters|checks|scorers|query|headersEnv|price|candidates|rows|prepare|config|more|on|parameters|adapters|templateVariables)$/;

function pathsOf(valid: Definition, above: string[] = []): string[][] {
  return Object.entries(valid).flatMap(([key, value]) => {
    const inner = Array.isArray(value) ? (value[0] as unknown) : value;
    const isOurs = typeof inner === "object" && inner !== null && !FREE.test(key);
    return [[...above, key], ...(isOurs ? pathsOf(inner as Definition, [...above, key]) : [])];
  });
}

describe.each(kinds)("the definition of a $what", ({valid, define}) => {
  it("is accepted as it is", () => {
    expect(() => define(valid as never)).not.toThrow();
  });

  const paths = pathsOf(valid);
  const misspellings = paths.flatMap((path) =>
    misspelt(path.at(-1)!).map((wrong) => ({path, wrong, at: path.join(".")}))
  );
  it.each(misspellings)("refuses $wrong in place of $at, and names what was meant", ({path, wrong}) => {
    const key = path.at(-1)!;
    const broken = changed(valid, path, (at) => {
      at[wrong] = at[key];
      delete at[key];
    });
    expectClear(
      refusalOf(() => define(broken as never)),
      `has no member "${wrong}": did you mean \`${key}\`?`
    );
  });

  it.each(paths.map((path) => ({path, at: path.join(".")})))(
    "refuses null for $at, and names the place",
    ({path}) => {
      const broken = changed(valid, path, (at, key) => (at[key] = null));
      expectClear(
        refusalOf(() => define(broken as never)),
        path.at(-1)!,
        /must be/
      );
    }
  );

  it.each([null, [], 3, "text", () => 1, new Date(0), Symbol("x")])("is never %s", (value) => {
    expectClear(refusalOf(() => define(value as never)));
  });
});

describe("thousands of definitions with one member changed at random", () => {
  it.each(kinds)("of a $what are taken, or refused in words for a person", ({valid, define}) => {
    const paths = pathsOf(valid);
    fc.assert(
      fc.property(
        fc.constantFrom(...paths),
        fc.anything({withBigInt: true, withDate: true, withMap: true}),
        (path, value) => {
          const broken = changed(valid, path, (at, key) => (at[key] = value));
          try {
            define(broken as never);
          } catch (error) {
            expect((error as Error).name).toBe("UserError");
            expectClear((error as Error).message);
          }
        }
      ),
      {numRuns: 400}
    );
  });
});

const evalWith = (change: Definition) => () =>
  defineEval({...evaluation, ...change} as unknown as EvalDefinition);
const splitWith = (spec: unknown) => () => rollingWindows(spec as SplitSpec);
const datasetWith = (change: Definition) => () => defineDataset({...dataset, ...change} as never);
const httpWith = (change: Definition) => () => openAICompatible({...http, ...change} as never);
const tuningWith = (change: Definition) => () => finetune({...tuning, ...change} as never);
const jobWith = (change: Definition) => () => job({...training, base: "m", on: service, ...change} as never);
const rule = (change: unknown) => evalWith({gate: [change]});

describe("a value that would fail open", () => {
  const cases: [what: string, define: () => unknown, says: RegExp][] = [
    ["a gate that is null", evalWith({gate: null}), /`gate` must be a list of rules, not null/],
    [
      "a gate that is one rule",
      evalWith({gate: {minScore: 1}}),
      /`gate` must be a list of rules, not an object/
    ],
    ["a rule without a condition", rule({}), /`gate\[0\]` states no condition/],
    ["a rule about a candidate alone", rule({candidate: "a"}), /states no condition/],
    ["a rule that is null", rule(null), /`gate\[0\]` must be a rule/],
    ["a score as a text", rule({minScore: "0.5"}), /`gate\[0\]\.minScore` must be a number, not "0.5"/],
    ["a score of NaN", rule({minScore: NaN}), /minScore.* not NaN/],
    ["a score of Infinity", rule({minScore: Infinity}), /minScore/],
    ["a negative regression", rule({maxRegression: -0.1}), /maxRegression.*at least 0/],
    ["a share above 1", rule({maxFailureShare: 5}), /maxFailureShare.*at most 1/],
    ["a leakage in percent", rule({maxLeakageShare: 10}), /maxLeakageShare.*at most 1/],
    ["half a row of personal data", rule({maxPersonalDataRows: 0.5}), /whole number/],
    ["a latency of 0", rule({maxP95LatencyMs: 0}), /above 0/],
    ["a negative cost", rule({maxCostUsdPerThousand: -1}), /at least 0/],
    [
      "a baseline run for nothing",
      rule({baselineRun: "previous", minScore: 1}),
      /baselineRun.*maxRegression/
    ],
    ["a negative margin", evalWith({margin: -0.01}), /`margin` must be a number \(at least 0\), not -0.01/],
    ["a margin of NaN", evalWith({margin: NaN}), /`margin`/],
    ["few-shot −1", evalWith({fewShot: {count: -1}}), /`fewShot\.count`.*at least 0.*not -1/],
    ["few-shot 1.5", evalWith({fewShot: {count: 1.5}}), /whole number/],
    ["few-shot without a count", evalWith({fewShot: {}}), /`fewShot\.count`.*missing/],
    ["few-shot as a number", evalWith({fewShot: 3}), /`fewShot` must be examples/],
    [
      "an unknown publish",
      evalWith({publish: "everything"}),
      /`publish` must be one of "ids", "masked", "text"/
    ],
    ["publish in capitals", evalWith({publish: "IDs"}), /did you mean "ids"/],
    ["repeats of 0", evalWith({repeats: 0}), /`repeats`.*at least 1/],
    ["an unknown part", evalWith({part: "tset"}), /did you mean "test"/],
    ["the held-out part's former name", evalWith({part: "sealed"}), /"held-out"/],
    [
      "a primary that is no scorer",
      evalWith({primary: "f1"}),
      /`primary` is "f1", which is none of the scorers \(exact\)/
    ],
    ["no scorers", evalWith({scorers: {}, primary: undefined}), /`scorers`.*names none/],
    ["a scorer that is called", evalWith({scorers: {exact: 1}}), /`scorers\.exact` must be a scorer/],
    ["no candidates", evalWith({candidates: []}), /`candidates`.*something in it/],
    [
      "one name twice",
      evalWith({candidates: [candidate("a", endpoint, "m"), candidate("a", endpoint, "m")]}),
      /"a" twice/
    ],
    [
      "two baselines",
      evalWith({candidates: ["a", "b"].map((name) => candidate(name, endpoint, "m", {baseline: true}))}),
      /2 baselines/
    ],
    ["an empty prompt", evalWith({prompt: ""}), /`prompt`/],
    ["no prompts", evalWith({prompt: {}}), /`prompt`/],
    ["a prompt that is a number", evalWith({prompt: {a: 3}}), /`prompt\.a`/],
    [
      "a race with two ends",
      evalWith({race: {errorRate: 0.1, budgetUsd: 1}}),
      /one of errorRate, budgetCalls and budgetUsd/
    ],
    ["an error rate of 1", evalWith({race: {errorRate: 1}}), /below 1/],
    ["a budget of no calls", evalWith({race: {budgetCalls: 0}}), /at least 1/],
    [
      "an inner dataset that is wrong",
      evalWith({dataset: {...dataset, sensitivity: "Personal"}}),
      /`dataset\.sensitivity`.*did you mean "personal"/
    ],
    [
      "an inner split that is wrong",
      evalWith({split: [{strategy: "random"}, {strategy: "rnadom"}]}),
      /`split\[1\]\.strategy`.*did you mean "random"/
    ],
    [
      "a source beside a prompt",
      () => defineEval({source: {kind: "imported", files: ["a"]}, prompt: "x"} as never),
      /`prompt` says what is asked/
    ],
    ["a source without files", () => defineEval({source: {kind: "imported", files: []}}), /`source\.files`/],
    [
      "sensitivity in capitals",
      datasetWith({sensitivity: "Personal"}),
      /`sensitivity`.*did you mean "personal"/
    ],
    ["sensitivity misspelt", datasetWith({sensitivity: "personnal"}), /did you mean "personal"/],
    ["sensitivity of an empty text", datasetWith({sensitivity: ""}), /`sensitivity`/],
    ["publish true", datasetWith({publish: true}), /`publish`.*not true/],
    [
      "an action in capitals",
      datasetWith({privacy: {actions: {email: "MASK"}}}),
      /`privacy\.actions\.email`.*did you mean "mask"/
    ],
    ["privacy true", datasetWith({privacy: true}), /`privacy`/],
    ["privacy without actions", datasetWith({privacy: {}}), /`privacy\.actions`.*missing/],
    [
      "a key in place of its variable",
      datasetWith({privacy: {actions: {}, keyVariable: "s3cr3t-value"}}),
      /`privacy\.keyVariable`/
    ],
    ["an unknown source kind", datasetWith({source: {kind: "flies", files: "a"}}), /did you mean "files"/],
    [
      "a source kind of the prototype",
      datasetWith({source: {kind: "constructor"}}),
      /`source\.kind` must be one of/
    ],
    ["no files", datasetWith({source: {kind: "files", files: []}}), /`source\.files`/],
    [
      "a delimiter of two characters",
      datasetWith({source: {kind: "files", files: "a", delimiter: "||"}}),
      /one character/
    ],
    [
      "an unknown format",
      datasetWith({source: {kind: "files", files: "a", format: "xlsx"}}),
      /`source\.format`/
    ],
    [
      "an unknown tool",
      datasetWith({source: {kind: "log", tool: "inspekt", files: "a"}}),
      /did you mean "inspect"/
    ],
    [
      "rows that are a list",
      datasetWith({source: {kind: "rows", rows: []}}),
      /a function that gives the rows/
    ],
    [
      "a check that is a function",
      datasetWith({checks: {a: () => true}}),
      /`checks\.a` must be an SQL condition/
    ],
    ["an empty condition", datasetWith({checks: {a: ""}}), /`checks\.a`/],
    ["a filter that is a list", datasetWith({filters: {a: []}}), /`filters\.a`/],
    ["trust in capitals", httpWith({trust: "External"}), /`trust`.*did you mean "external"/],
    ["trust misspelt", httpWith({trust: "contarct"}), /did you mean "contract"/],
    ["trust missing", httpWith({trust: undefined}), /`trust`.*missing/],
    ["a hosting that is none", httpWith({hosting: "cluod"}), /`hosting`/],
    [
      "a price without its day",
      httpWith({price: {inputUsdPerMillion: 1, outputUsdPerMillion: 1, source: "x"}}),
      /`price`|asOf/
    ],
    ["a negative time", httpWith({timeoutMs: -1}), /`timeoutMs`.*above 0/],
    ["a concurrency of 0", httpWith({limits: {concurrency: 0}}), /`limits\.concurrency`/],
    ["half a retry", httpWith({retries: 0.5}), /`retries`/],
    ["an address that is none", httpWith({baseUrl: "ftp://x"}), /http or https address/],
    ["both file and rows", () => recorded({name: "x", file: "a", rows: []}), /either file or rows/],
    ["neither file nor rows", () => recorded({name: "x"}), /either file or rows/],
    [
      "an endpoint that is none",
      () => candidate("a", {} as never, "m"),
      /`reach\.endpoint` must be an endpoint/
    ],
    ["a model that is none", () => candidate("a", endpoint, undefined as never), /`reach\.model`.*missing/],
    [
      "an unknown option of a candidate",
      () => candidate("a", endpoint, "m", {basline: true} as never),
      /did you mean `baseline`/
    ],
    [
      "shares that leave nothing",
      splitWith({strategy: "random", test: 0.6, validation: 0.5}),
      /leave something to train on/
    ],
    ["a share of 1", splitWith({strategy: "random", test: 1}), /`test`.*below 1/],
    ["a negative share", splitWith({strategy: "random", validation: -0.1}), /`validation`.*at least 0/],
    ["a share in percent", splitWith({strategy: "random", test: 20}), /`test`/],
    ["a share as a text", splitWith({strategy: "random", test: "0.2"}), /`test`/],
    [
      "the held-out share's former name",
      splitWith({strategy: "random", sealed: 0.2}),
      /`sealed` is called `heldOut` now/
    ],
    ["given without a column", splitWith({strategy: "given"}), /`column` must name the column/],
    [
      "a column without given",
      splitWith({strategy: "random", column: "part"}),
      /`column` goes with the strategy given/
    ],
    [
      "cut-offs without time",
      splitWith({strategy: "random", cutoffs: {test: "2026-01-01"}}),
      /`cutoffs` goes with the strategy temporal/
    ],
    [
      "a cut-off that is no date",
      splitWith({strategy: "temporal", cutoffs: {test: "soon"}}),
      /`cutoffs\.test`.*date or time/
    ],
    [
      "a day that is none",
      splitWith({strategy: "temporal", cutoffs: {test: "2026-13-40"}}),
      /`cutoffs\.test`/
    ],
    [
      "a gap that is none",
      splitWith({strategy: "temporal", gap: "a week"}),
      /`gap` must be a length of time/
    ],
    ["a gap with SQL", splitWith({strategy: "temporal", gap: "7 days' or true --"}), /`gap`/],
    ["a million windows", splitWith({strategy: "temporal", rolling: 1_000_000}), /`rolling`/],
    ["no windows", splitWith({strategy: "temporal", rolling: 0}), /`rolling`/],
    [
      "windows in disorder",
      splitWith({strategy: "temporal", rolling: ["2026-02-01", "2026-01-01"]}),
      /is not after/
    ],
    [
      "a fine-tune of several splits",
      tuningWith({split: {strategy: "temporal", rolling: 3}}),
      /`split\.rolling`/
    ],
    ["a fine-tune's column", tuningWith({columns: {prmpt: "text"}}), /`columns`.*did you mean `prompt`/],
    ["a base without its tokenizer", tuningWith({base: {config: {}}}), /`base\.tokenizer`.*missing/],
    ["a base that is null", tuningWith({base: null}), /`base` must be a folder.*not null/],
    ["both steps and epochs", tuningWith({epochs: 3}), /`steps` goes without `epochs`/],
    [
      "learned rows as their own judge",
      tuningWith({part: "validation", validation: "validation"}),
      /`validation` must be another part than `part`/
    ],
    ["an adapter from scratch", tuningWith({method: "lora"}), /`method` must be "full"/],
    [
      "a fine-tune of a dataset that is wrong",
      tuningWith({dataset: {...dataset, sensitivity: "Personal"}}),
      /`dataset\.sensitivity`.*did you mean "personal"/
    ],
    ["a job of several splits", jobWith({split: {strategy: "temporal", rolling: 3}}), /`split\.rolling`/],
    [
      "a job on a dataset that is wrong",
      jobWith({dataset: {...dataset, sensitivity: "Personal"}}),
      /`dataset\.sensitivity`/
    ],
    ["a job's trust in capitals", jobWith({on: {...service, trust: "Local"}}), /`on\.trust`.*"local"/],
    ["a job's service misspelt", jobWith({on: {...service, service: "comand"}}), /`on\.service`/],
    ["a job's secret", jobWith({more: {api_key: "x"}}), /`more\.api_key` looks like a secret/],
    ["a job for 0 hours", jobWith({on: {...service, timeoutHours: 0}}), /`on\.timeoutHours`/],
    [
      "a merge by a method that is none",
      () => mergedModel({name: "m", method: "liner", models: [{source}]}),
      /`method`.*did you mean "linear"/
    ],
    [
      "a merge of what is no source",
      () => mergedModel({name: "m", method: "linear", models: [{source: "a" as never}]}),
      /`models\[0\]\.source`/
    ],
    [
      "an encoder head of no pass",
      () => encoderHead({text: "a", label: "b", epochs: 0}),
      /encoderHead: `epochs`/
    ],
    [
      "a majority with a member of another trainer",
      () => majorityClassifier({text: "a", label: "b", epochs: 3} as never),
      /majorityClassifier: it has no member "epochs"/
    ],
    [
      "a candidate on this machine with a misspelt option",
      () => localCandidate("small", "models/a", {threds: 2} as never),
      /candidate "small": it has no member "threds": did you mean `threads`/
    ],
    [
      "a trained language model with a misspelt option",
      () => finetuned("mine", {} as ModelSource, {contextToken: 64} as never),
      /candidate "mine": it has no member "contextToken": did you mean `contextTokens`/
    ],
    [
      "a member of another trainer",
      () => tfidfLogReg({text: "a", label: "b", maxTokens: 3} as never),
      /tfidfLogReg: it has no member "maxTokens"/
    ],
    [
      "n-grams of half an order",
      () => jointNgram({text: "a", label: "b", order: 2.5}),
      /jointNgram: `order` must be a whole number \(at least 1, at most 20\)/
    ],
    [
      "n-grams too long to count",
      () => jointNgram({text: "a", label: "b", order: 21}),
      /jointNgram: `order`.*at most 20/
    ],
    [
      "n-grams of order 0 without a column of labels",
      () => jointNgram({text: "a", order: 0} as never),
      /jointNgram:[^]*`label` must be the column of labels[^]*`order`/
    ],
    [
      "n-grams with a misspelt option",
      () => jointNgram({text: "a", label: "b", orders: 3} as never),
      /jointNgram: it has no member "orders": did you mean `order`/
    ],
    [
      "a table of no dimensions",
      () => staticEmbedding({text: "a", label: "b", dimensions: 0}),
      /`dimensions`.*at least 1/
    ],
    ["a likeness of 0", splitWith({strategy: "cluster", near: {threshold: 0}}), /`near\.threshold`.*above 0/]
  ];
  it.each(cases)("is refused: %s", (_what, define, says) => {
    expectClear(refusalOf(define), says);
  });

  it("is not repeated where it may be a secret", () => {
    const message = refusalOf(httpWith({apiKeyEnv: "sk-live-0123456789abcdef"}));
    expectClear(message, "`apiKeyEnv`");
    expect(message).not.toContain("sk-live");
  });

  it("is told with all others at once, below a thousand characters", () => {
    const wrong = Object.fromEntries(Array.from({length: 300}, (_, i) => [`unknown${i}`, i]));
    expectClear(refusalOf(datasetWith({...wrong, sensitivity: "x"})), /and \d+ more/);
  });
});
