import {datasetSchema, PUBLISHING} from "../datasets/definitionSchema.js";
import {hosting, wayThere} from "../endpoints/hostingSchema.js";
import type {GateRule} from "../decisions/gateRule.js";
import {splitSchema} from "../splits/specSchema.js";
import {
  anyObject,
  anyText,
  byName,
  either,
  exactly,
  fits,
  flag,
  func,
  holding,
  listOf,
  number,
  oneOf,
  text
} from "../store/checked.js";
import type {Candidate, EvalDefinition, RaceOptions} from "./define.js";

type Problems = {path?: (string | number)[]; message: string}[];

/** What must be there of an endpoint: a wrong trust is not refused here but taken for the least trusted one. */
export const endpointSchema = fits(
  (value) =>
    typeof value === "object" &&
    value !== null &&
    typeof (value as {complete?: unknown}).complete === "function" &&
    typeof (value as {name?: unknown}).name === "string",
  "an endpoint such as openAICompatible({…}) gives"
);

export const candidateSchema = exactly<Candidate>("a candidate such as candidate(name, endpoint, model)", {
  name: text(),
  baseline: flag().optional(),
  params: anyObject("parameters by name").optional(),
  tools: listOf(anyObject('a tool such as {type: "function", function: {…}}'), "a list of tools").optional(),
  reach: exactly<NonNullable<Candidate["reach"]>>("an endpoint and a model", {
    endpoint: endpointSchema,
    model: text()
  }).optional(),
  hosting: hosting.optional(),
  wayThere: wayThere.optional(),
  prepare: func("a function that makes the candidate ready")
});

/** The conditions of a rule; the other members say of what they must hold. */
const CONDITIONS = {
  minScore: number().optional(),
  maxRegression: number({least: 0}).optional(),
  maxLeakageShare: number({least: 0, most: 1}).optional(),
  maxPersonalDataRows: number({least: 0, whole: true}).optional(),
  maxFailureShare: number({least: 0, most: 1}).optional(),
  maxCostUsdPerThousand: number({least: 0}).optional(),
  maxP95LatencyMs: number({above: 0}).optional()
};

const gateRuleSchema = holding<GateRule>(
  exactly<GateRule>("a rule such as {minScore: 0.8}", {
    candidate: text("a candidate's name").optional(),
    baselineRun: text('a run\'s id or "previous"').optional(),
    ...CONDITIONS
  }),
  (rule) => {
    const problems: Problems = [];
    if (!Object.keys(CONDITIONS).some((name) => rule[name as keyof GateRule] !== undefined))
      problems.push({
        message: `states no condition, so that it would always pass: give one of ${Object.keys(CONDITIONS).join(", ")}`
      });
    if (rule.baselineRun !== undefined && rule.maxRegression === undefined)
      problems.push({
        path: ["baselineRun"],
        message: "says what `maxRegression` measures against, which is missing"
      });
    return problems;
  }
);

const raceSchema = holding<RaceOptions>(
  exactly<RaceOptions>("a race such as {errorRate: 0.05}", {
    errorRate: number({above: 0, below: 1}).optional(),
    budgetCalls: number({least: 1, whole: true}).optional(),
    budgetUsd: number({above: 0}).optional()
  }),
  (race) => {
    const stated = Object.keys(race).filter((name) => race[name as keyof RaceOptions] !== undefined);
    return stated.length > 1
      ? [{message: `takes one of errorRate, budgetCalls and budgetUsd, not ${stated.join(" and ")}`}]
      : [];
  }
);

const promptSchema = either(
  "a text, a function of the row, or several by name",
  text(),
  func(),
  byName(either("a text or a function of the row", text(), func()), "prompts by name", 1)
);

const stated = exactly<EvalDefinition>(
  "an eval such as {dataset, split, candidates, prompt, expected, scorers}",
  {
    name: text().optional(),
    title: text().optional(),
    description: text().optional(),
    dataset: either("a dataset or the name of one", text(), datasetSchema),
    split: either(
      'a split such as {strategy: "random"}, or several',
      splitSchema,
      listOf(splitSchema, "a list of splits", 1)
    ),
    part: oneOf(["train", "validation", "test", "held-out"]).optional(),
    candidates: listOf(candidateSchema, "a list of candidates", 1),
    prompt: promptSchema,
    fewShot: exactly<NonNullable<EvalDefinition["fewShot"]>>("examples such as {count: 3}", {
      count: number({least: 0, whole: true}),
      seed: anyText().optional()
    }).optional(),
    expected: either("a column's name or a function of the row", text(), func()),
    scorers: byName(func("a scorer"), "scorers by name", 1),
    primary: text("a scorer's name").optional(),
    slices: either(
      "a list of columns, or functions of the row by name",
      listOf(text("a column's name"), "a list of columns"),
      byName(func("a function of the row"), "functions by name")
    ).optional(),
    cluster: either("a column's name or a function of the row", text(), func()).optional(),
    repeats: number({least: 1, whole: true}).optional(),
    margin: number({least: 0}).optional(),
    seed: anyText().optional(),
    needs: exactly<NonNullable<EvalDefinition["needs"]>>("needs such as {logprobs: true}", {
      logprobs: flag().optional(),
      usage: flag().optional(),
      tools: flag().optional()
    }).optional(),
    gate: listOf(gateRuleSchema, "a list of rules").optional(),
    race: either("true, or a race such as {errorRate: 0.05}", flag(), raceSchema).optional(),
    publish: oneOf(PUBLISHING).optional()
  }
);

/** What an eval's definition may say. */
export const evalSchema = holding<EvalDefinition>(stated, ({candidates, scorers, primary}) => {
  const problems: Problems = [];
  const names = candidates.map(({name}) => name);
  for (const twice of new Set(names.filter((name, i) => names.indexOf(name) !== i)))
    problems.push({path: ["candidates"], message: `name "${twice}" twice: give each a name of its own`});
  const marked = candidates.filter(({baseline}) => baseline).map(({name}) => name);
  if (marked.length > 1)
    problems.push({
      path: ["candidates"],
      message: `mark ${marked.length} baselines (${marked.join(", ")}): keep one`
    });
  if (primary !== undefined && !Object.hasOwn(scorers, primary))
    problems.push({
      path: ["primary"],
      message: `is "${primary}", which is none of the scorers (${Object.keys(scorers).join(", ")})`
    });
  return problems;
});
