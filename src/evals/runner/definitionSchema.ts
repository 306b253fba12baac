import {memberOf} from "../../base/validation/memberOf.js";
import {datasetSchema, PUBLISHING} from "../../data/datasets/definitionSchema.js";
import {makers} from "../scorers/makers.js";
import type {Scorer} from "../scorers/types.js";
import type {CorpusFigure} from "../../base/stats/index.js";
import {hosting, wayThere} from "../../inference/endpoints/hostingSchema.js";
import type {GateRule} from "../decisions/gateTypes.js";
import {rollingWindows} from "../../data/splits/rolling.js";
import type {SplitSpec} from "../../data/splits/index.js";
import {splitSchema} from "../../data/splits/specSchema.js";
import {
  anyObject,
  anyText,
  byName,
  chosen,
  either,
  exactly,
  passing,
  flag,
  folderName,
  func,
  holding,
  listOf,
  number,
  oneOf,
  text
} from "../../base/validation/checked.js";
import type {ImportedSource} from "../importedResults/types.js";
import type {Candidate, EvalDefinition, ImportedEval, RaceOptions} from "./define.js";
import {isObject} from "../../base/validation/isObject.js";

type DefinitionProblems = {path?: (string | number)[]; message: string}[];

/** What must be there of an endpoint: a wrong trust is not refused here but taken for the least trusted one. */
export const endpointSchema = passing(
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
  apart: flag().optional(),
  reads: text().optional(),
  stageReads: listOf(text(), "a list of columns").optional(),
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
    const problems: DefinitionProblems = [];
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

/** What an eval says whether it asks something or takes scores that others gave. */
const common = {
  name: folderName().optional(),
  order: number().optional(),
  title: text().optional(),
  description: text().optional(),
  margin: number({least: 0}).optional(),
  gate: listOf(gateRuleSchema, "a list of rules").optional(),
  undecided: oneOf(["warn"]).optional(),
  publish: oneOf(PUBLISHING).optional()
};

const askingShape = {
  ...common,
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
  expected: either("a column's name or a function of the row", text(), func()).optional(),
  scorers: byName(func("a scorer"), "scorers by name", 1),
  primary: text("a scorer's name").optional(),
  slices: either(
    "a list of columns, or functions of the row by name",
    listOf(text("a column's name"), "a list of columns"),
    byName(func("a function of the row"), "functions by name")
  ).optional(),
  cluster: either("a column's name or a function of the row", text(), func()).optional(),
  repeats: number({least: 1, whole: true}).optional(),
  seed: anyText().optional(),
  needs: exactly<NonNullable<EvalDefinition["needs"]>>("needs such as {logprobs: true}", {
    logprobs: flag().optional(),
    usage: flag().optional(),
    tools: flag().optional()
  }).optional(),
  race: either("true, or a race such as {errorRate: 0.05}", flag(), raceSchema).optional()
};

const asking = exactly<Omit<EvalDefinition, "source">>(
  "an eval such as {dataset, split, candidates, prompt, expected, scorers}",
  askingShape
);

/** Whether a scorer is one of Assay's own whose values are proportions. */
const isProportion = ({module, binary}: Scorer) =>
  binary !== false && module?.startsWith(new URL("../scorers/", import.meta.url).href) === true;

const FIGURES: CorpusFigure["figure"][] = [
  "bleu",
  "chrf",
  "ratio",
  "macroF1",
  "mcc",
  "auroc",
  "auprc",
  "ece"
];

/** A figure of a scorer of the team's own is read by the engine when the team's module is not at hand. */
function isCorpusFigure(figure: CorpusFigure): boolean {
  const isMember = (name: unknown) => typeof name === "string" && /^[\w-]+$/.test(name);
  const isNumber = (value: unknown) => value === undefined || Number.isFinite(value);
  if (typeof figure !== "object" || !FIGURES.includes(figure.figure)) return false;
  if (figure.name !== undefined && typeof figure.name !== "string") return false;
  if (figure.figure === "ece")
    return Number.isInteger(figure.bins) && figure.bins >= 1 && figure.bins <= 1000;
  return (
    figure.figure !== "ratio" ||
    [isMember(figure.of), isMember(figure.over), isNumber(figure.from), isNumber(figure.times)].every(Boolean)
  );
}

function scorerProblems({scorers, primary, gate = []}: EvalDefinition): DefinitionProblems {
  const problems: DefinitionProblems = Object.entries(scorers).flatMap(([name, scorer]) => {
    const maker = makers.get(scorer);
    return maker === undefined
      ? []
      : [{path: ["scorers", name], message: `is \`${maker}\` itself: write \`${maker}(…)\``}];
  });
  for (const [name, {corpus}] of Object.entries(scorers))
    if (corpus !== undefined && !isCorpusFigure(corpus))
      problems.push({
        path: ["scorers", name, "corpus"],
        message: `is no corpus figure. Write {figure: "ratio", of: "edits", over: "words"} with members of its details, whose names are letters, digits, "_" and "-", or one of the figures ${FIGURES.join(", ")}`
      });
  const decisive = primary ?? Object.keys(scorers)[0]!;
  const scorer = memberOf(scorers, decisive);
  if (scorer === undefined || !isProportion(scorer)) return problems;
  for (const [at, {minScore = 0}] of gate.entries())
    if (minScore > 1)
      problems.push({
        path: ["gate", at],
        message: `\`minScore: ${minScore}\` can never be reached: \`${decisive}\` is from 0 to 1.${minScore <= 100 ? ` Do you mean ${minScore / 100}?` : ""}`
      });
  return problems;
}

/** Of all its windows, where a spec is of several. */
function splitNames(spec: SplitSpec): string[] {
  return rollingWindows(spec).map(({name, strategy}) => name ?? strategy);
}

const askingSchema = holding<EvalDefinition>(asking, (definition) => {
  const {candidates, scorers, primary} = definition;
  const problems = scorerProblems(definition);
  const names = candidates.map(({name}) => name);
  for (const twice of new Set(names.filter((name, i) => names.indexOf(name) !== i)))
    problems.push({path: ["candidates"], message: `name "${twice}" twice: give each a name of its own`});
  const splits = [definition.split].flat().flatMap(splitNames);
  for (const twice of new Set(splits.filter((name, i) => splits.indexOf(name) !== i)))
    problems.push({
      path: ["split"],
      message: `has two splits called "${twice}": give each a \`name\` of its own, by which its runs are told apart`
    });
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

/** What an eval has of the members that say what is asked, when nothing is. */
export const ASKS_NOTHING: Pick<
  EvalDefinition,
  "dataset" | "split" | "candidates" | "prompt" | "expected" | "scorers"
> = {dataset: "", split: [], candidates: [], prompt: "", expected: "", scorers: {}};

const importedSource = exactly<ImportedSource>("`imported({files: [...]})` with the paths of result files", {
  kind: oneOf(["imported"]),
  files: listOf(text("a path"), "a list of paths", 1),
  scorer: text("a scorer's name").optional(),
  baseline: text("a candidate's name").optional(),
  cluster: text("a column's name").optional(),
  slices: listOf(text("a column's name"), "a list of columns").optional()
});

const SAYS = "says what is asked; an eval with a `source` asks nothing";

const importing = exactly<ImportedEval>(
  "an eval with a source",
  {...common, source: importedSource},
  Object.fromEntries(Object.keys(askingShape).map((member) => [member, SAYS]))
);

/** What an eval's definition may say. With a source it asks nothing: what `defineEval` adds is taken as absent. */
export const evalSchema = chosen((value) => {
  if (!isObject(value) || value.source === undefined) return {schema: askingSchema, value};
  const given = Object.entries(value).filter(
    ([member, one]) => one !== undefined && !(Object.hasOwn(ASKS_NOTHING, member) && isEmpty(one))
  );
  return {schema: importing, value: Object.fromEntries(given)};
});

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null ? Object.keys(value).length === 0 : value === "";
}
