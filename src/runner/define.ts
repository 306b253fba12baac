import type {StatedHosting, WayThere} from "../costs/index.js";
import type {GateRule} from "../decisions/gateRule.js";
import type {Endpoint, Message, ModelParameters, Tool} from "../endpoints/types.js";
import type {DatasetDefinition} from "../datasets/define.js";
import type {ImportedSource} from "../imports/types.js";
import type {Row, Scorer} from "../scorers/types.js";
import {rollingWindows} from "../splits/rolling.js";
import type {SplitSpec} from "../splits/spec.js";
import {
  type Publishing,
  type SplitManifest,
  type Store,
  UserError,
  type VersionManifest
} from "../store/index.js";

/** What a candidate may use to make itself ready: train, merge, load weights, start a server. */
export interface PrepareContext {
  store: Store;
  version: VersionManifest;
  split: SplitManifest;
  seed: string;
  /** Rows of one part, in the order of their ids. The held-out part is refused. */
  rows(part: string): AsyncIterable<Row>;
  onProgress(message: string): void;
  signal?: AbortSignal;
}

export interface PreparedCandidate {
  endpoint: Endpoint;
  /** The model's name as the endpoint knows it. */
  model: string;
  /** Manifest id of a model whose weights are in the store: gives the candidate its lineage. */
  modelId?: string;
  /** Called when the run has ended, however it ended. */
  close?(): Promise<void>;
}

/** What the costs of a candidate are computed from, beside the tokens of its requests and their price. */
export interface CandidateCosts {
  /** Where it runs, and could run, with stated assumptions; the endpoint's when absent. */
  hosting?: StatedHosting;
  /** What it takes to get it there and to keep it fresh; nothing when absent. */
  wayThere?: WayThere;
}

/** A model reachable through an endpoint. */
export interface Candidate extends CandidateCosts {
  name: string;
  /** What the others are measured against. At most one per eval; the first candidate when none says so. */
  baseline?: boolean;
  params?: ModelParameters;
  tools?: Tool[];
  /** Where it is reached, when that is known without preparing it: lets `assay doctor` ask beforehand. */
  reach?: {endpoint: Endpoint; model: string};
  prepare(context: PrepareContext): Promise<PreparedCandidate>;
}

/** A candidate whose endpoint needs no preparation. */
export function candidate(
  name: string,
  endpoint: Endpoint,
  model: string,
  options: {params?: ModelParameters; tools?: Tool[]; baseline?: boolean} & CandidateCosts = {}
): Candidate {
  return {name, ...options, reach: {endpoint, model}, prepare: async () => ({endpoint, model})};
}

export interface PromptContext {
  /** Examples drawn from the training part with the eval's seed, the same for every row. */
  fewShot: readonly Row[];
}

/** Text with `{{column}}` places, or a function of the row. Text becomes one user message. */
export type Prompt = string | ((row: Row, context: PromptContext) => string | Message[]);

/** How the candidates of an eval are raced. */
export interface RaceOptions {
  /** Chance that the truly best candidate is dropped; default 0.05. Not together with a budget. */
  errorRate?: number;
  /** With one of these the race is for the best choice that the budget buys, and promises no error rate. */
  budgetCalls?: number;
  budgetUsd?: number;
}

export interface EvalDefinition {
  /** The file's name without `.eval.ts` when absent. */
  name?: string;
  title?: string;
  description?: string;
  /** A dataset's definition, or its name in the store. */
  dataset: DatasetDefinition | string;
  /** One run is made for each split, and for each window of a rolling one. */
  split: SplitSpec | SplitSpec[];
  /** Which part is scored: test unless said otherwise. */
  part?: "train" | "validation" | "test" | "held-out";
  candidates: Candidate[];
  /** Several named prompts are a matrix: every candidate is run with each. */
  prompt: Prompt | Record<string, Prompt>;
  fewShot?: {count: number; seed?: string};
  /** What the scorers compare with: a column's name or a function of the row. */
  expected: string | ((row: Row) => unknown);
  scorers: Record<string, Scorer>;
  /** The scorer the verdict is about; the first when absent. */
  primary?: string;
  /** Column names, or functions that name the slice a row falls in. */
  slices?: string[] | Record<string, (row: Row) => string>;
  /** Rows of one cluster are not independent. The split's group column when absent. */
  cluster?: string | ((row: Row) => string);
  /** Completions per row, 1 when absent. */
  repeats?: number;
  /** The smallest difference worth switching for, in score units (0.01 = one point); default 0.01. */
  margin?: number;
  seed?: string;
  needs?: {logprobs?: boolean; usage?: boolean; tools?: boolean};
  gate?: GateRule[];
  /**
   * Runs race the candidates instead of scoring every row by all: those worse beyond doubt are dropped in rounds. `true`
   * for an error rate of 0.05.
   */
  race?: boolean | RaceOptions;
  /**
   * What pages may show of a row: nothing but ids and labels, a masked excerpt (default), or the text itself. A stricter
   * setting of the dataset goes before it, and one eval's "ids" holds for the dataset's page too.
   */
  publish?: Publishing;
  /** Scores that other tools gave: then nothing is asked, and only what `ImportedEval` has is stated. */
  source?: ImportedSource;
}

/** An eval whose scores come from other tools' files. */
export type ImportedEval = Required<Pick<EvalDefinition, "source">> &
  Pick<EvalDefinition, "name" | "title" | "description" | "margin" | "gate" | "publish">;

const IMPORTED_FIELDS = ["name", "title", "description", "source", "margin", "gate", "publish"];

/**
 * Declares an eval. A file `evals/NAME.eval.ts` default-exports what this returns. Throws a UserError that names every
 * field which is absent or of another kind.
 */
export function defineEval(definition: EvalDefinition | ImportedEval): EvalDefinition {
  const problems = definitionProblems(definition);
  if (problems.length > 0) throw new UserError(problems.join("; "));
  if (!("dataset" in definition)) return {...definition, ...ASKS_NOTHING};
  return {...definition, split: [definition.split].flat().flatMap(rollingWindows)};
}

/** What an eval has of the fields that say what is asked, when nothing is. */
const ASKS_NOTHING: Pick<
  EvalDefinition,
  "dataset" | "split" | "candidates" | "prompt" | "expected" | "scorers"
> = {dataset: "", split: [], candidates: [], prompt: "", expected: "", scorers: {}};

/** What keeps something from being an eval, whatever its data: empty when nothing does. */
export function definitionProblems(definition: unknown): string[] {
  const found = (isObject(definition) ? definition : {}) as Record<keyof EvalDefinition, unknown>;
  if (found.source !== undefined) return importedProblems(found);
  const needs: Partial<Record<keyof EvalDefinition, [kind: string, fits: boolean]>> = {
    dataset: [
      "a dataset or the name of one",
      Boolean(typeof found.dataset === "object" ? nameOf(found.dataset) : found.dataset)
    ],
    split: [
      'a split such as {strategy: "random"}, or several',
      [found.split].flat().every((spec) => isObject(spec) && typeof spec.strategy === "string")
    ],
    candidates: [
      "a list of candidates, each with a name",
      Array.isArray(found.candidates) && found.candidates.every((one) => nameOf(one))
    ],
    prompt: [
      "a text, a function of the row, or several by name",
      isKind(found.prompt, "string", "function", "object")
    ],
    expected: ["a column's name or a function of the row", isKind(found.expected, "string", "function")],
    scorers: [
      "scorers by name",
      isObject(found.scorers) && Object.values(found.scorers).every((scorer) => typeof scorer === "function")
    ]
  };
  return Object.entries(needs).flatMap(([field, [kind, fits]]) => {
    if (fits) return [];
    const value = found[field as keyof EvalDefinition];
    return [`\`${field}\` must be ${kind}${value === undefined ? ", and is missing" : ""}`];
  });
}

function importedProblems(found: Record<string, unknown>): string[] {
  const {source} = found;
  const files = isObject(source) ? source.files : undefined;
  const fits =
    isObject(source) &&
    source.kind === "imported" &&
    Array.isArray(files) &&
    files.length > 0 &&
    files.every((file) => typeof file === "string");
  const empty: Record<string, unknown> = ASKS_NOTHING;
  const more = Object.keys(found).filter(
    (field) =>
      !IMPORTED_FIELDS.includes(field) &&
      found[field] !== undefined &&
      JSON.stringify(found[field]) !== JSON.stringify(empty[field])
  );
  return [
    ...(fits ? [] : ["`source` must be `imported({files: [...]})` with the paths of result files"]),
    ...more.map((field) => `\`${field}\` says what is asked; an eval with a \`source\` asks nothing`)
  ];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isKind(value: unknown, ...kinds: string[]): boolean {
  return value !== null && kinds.includes(typeof value);
}

function nameOf(value: unknown): string | undefined {
  return isObject(value) && typeof value.name === "string" ? value.name : undefined;
}
