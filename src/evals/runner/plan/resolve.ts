import {memberOf} from "../../../base/validation/memberOf.js";
import {identifiedVersion} from "../../scorers/scorerVersion.js";
import type {Row, Scorer} from "../../scorers/types.js";
import {checkName, messageOf, UserError} from "../../../base/validation/index.js";
import {canonicalJson} from "../../../base/system/index.js";
import type {Publishing, SplitManifest, VersionManifest} from "../../../base/store/index.js";
import {strictest} from "../../../data/datasets/strictest.js";
import type {Candidate, EvalDefinition} from "../define.js";
import {placesExamples, placesOf} from "./prompts.js";

/** What a run may be told beside its definition; each is one of `assay run`'s options. */
export interface RunOptions {
  /** Only the first rows of the part, in the run's seeded order. */
  limit?: number;
  /** Rows of one group of the split follow each other, so that a limit cuts through one group at most. */
  wholeGroups?: boolean;
  /** The run is a round of a race: by itself it is nobody's decision. */
  raceRound?: boolean;
  /** Ids of runs whose failures stand: what failed there is not asked again. */
  failuresOf?: string[];
  /** Names of the candidates to run; all when absent. */
  candidates?: string[];
  repeats?: number;
  /** `-j`: most calls in flight for each endpoint, default 16. */
  concurrency?: number;
  /** Hard cap in US dollars on what this start pays, calls in flight included. */
  budgetUsd?: number;
  /** How long an endpoint that limits the rate or only fails is paused and tried again before the run stops as partial; 300 unless told. */
  giveUpAfterSeconds?: number;
  dryRun?: boolean;
  /** Give the messages of the first so many rows, and neither prepare nor call anyone. */
  showPrompts?: number;
  /** Pay again for completions the store already has. */
  noReuse?: boolean;
  /** Ask again for rows that failed. */
  retryFailed?: boolean;
  /** Allows the held-out part, which is for the last word only. */
  final?: boolean;
  /** Why the held-out part is opened: needed with `final`, and kept in the store's log of final runs. */
  why?: string;
  /** How long to wait for another process that makes the same run, in milliseconds; 0 refuses at once. */
  lockWaitMs?: number;
  /** Lets scorers run code that models wrote. */
  allowCodeExecution?: boolean;
  /** False skips the endpoints' check before the first call. */
  preflight?: boolean;
}

/** An eval with every default filled in, checked against the version it runs on. */
export interface ResolvedEval {
  name: string;
  part: string;
  seed: string;
  repeats: number;
  candidates: Candidate[];
  baseline: string;
  scorers: {name: string; version: string; scorer: Scorer}[];
  primary: string;
  sliceNames: string[];
  expected(row: Row): unknown;
  slices(row: Row): Record<string, string>;
  /** Undefined: the split's group. */
  cluster?: (row: Row) => string | null;
  publish: Publishing;
}

/** Fills in defaults. Throws UserError with all problems of the definition and the options at once. */
export async function resolveEval(
  definition: EvalDefinition,
  name: string,
  version: VersionManifest,
  split: SplitManifest,
  options: RunOptions
): Promise<ResolvedEval> {
  const part = definition.part ?? "test";
  const problems = [...nameProblems(name), ...partProblems(definition, part, split, options)];
  const candidates = chooseCandidates(definition, options, problems);
  const marked = definition.candidates.filter((one) => one.baseline);
  if (marked.length > 1)
    problems.push(
      `${marked.length} candidates say they are the baseline (${marked.map((one) => one.name).join(", ")}). Keep one.`
    );

  problems.push(...columnProblems(definition, version));
  const scorers = await Promise.all(
    Object.entries(definition.scorers).map(async ([scorerName, scorer]) => ({
      name: scorerName,
      version: await identifiedVersion(scorer),
      scorer
    }))
  );
  if (scorers.length === 0)
    problems.push(`it has no scorer. Add one, for example scorers: {exact: exactMatch}.`);
  problems.push(...(await codeProblems(scorers, options)));
  const primary = definition.primary ?? scorers[0]?.name ?? "";
  if (scorers.length > 0 && !scorers.some((one) => one.name === primary))
    problems.push(
      `"primary" is "${primary}", which is none of its scorers (${scorers.map((one) => one.name).join(", ")}).`
    );

  const repeats = options.repeats ?? definition.repeats ?? 1;
  problems.push(...amountProblems(repeats, options));
  if (problems.length > 0)
    throw new UserError(
      `eval ${name} cannot run:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`
    );
  const {expected, slices, cluster} = definition;
  return {
    name,
    part,
    seed: definition.seed ?? "assay",
    repeats,
    candidates,
    baseline: (marked[0] ?? candidates[0]!).name,
    scorers,
    primary,
    sliceNames: slices === undefined ? [] : Array.isArray(slices) ? slices : Object.keys(slices),
    expected: typeof expected === "string" ? (row) => row[expected] : (expected ?? (() => undefined)),
    slices: sliceFunction(slices),
    cluster:
      cluster === undefined
        ? undefined
        : typeof cluster === "string"
          ? (row) => cellName(row[cluster])
          : cluster,
    publish: strictest(definition.publish ?? "masked", version.publish)
  };
}

function nameProblems(name: string): string[] {
  try {
    checkName("eval", name);
    return [];
  } catch (error) {
    return [messageOf(error)];
  }
}

function partProblems(
  {fewShot}: EvalDefinition,
  part: string,
  split: SplitManifest,
  {final}: RunOptions
): string[] {
  const problems: string[] = [];
  if (part === "sealed") problems.push(`the part "sealed" is called "held-out" now: write part: "held-out".`);
  if (part === "held-out" && !final)
    problems.push(
      `it scores the held-out part, which is kept for the last word. Say --final --why "…" to open it, or score "test".`
    );
  if (!split.counts[part])
    problems.push(
      `the split ${split.name} has no rows in its ${part} part (it has ${countsText(split.counts)}).`
    );
  if (fewShot && part === "train")
    problems.push(`few-shot examples come from the training part, which is also the part being scored.`);
  return problems;
}

/** Columns that the definition names and the version does not have; and that there is no prompt. */
function columnProblems(definition: EvalDefinition, version: VersionManifest): string[] {
  const problems: string[] = [];
  const columns = new Set(["id", ...version.columns.map((column) => column.name)]);
  const column = (what: string, wanted: string) => {
    if (!columns.has(wanted))
      problems.push(
        `${what} names column "${wanted}", which ${version.dataset} does not have. Its columns: ${[...columns].join(", ")}.`
      );
  };
  const prompts = typeof definition.prompt === "object" ? definition.prompt : {default: definition.prompt};
  if (Object.keys(prompts).length === 0) problems.push(`it has no prompt.`);
  for (const [variant, prompt] of Object.entries(prompts))
    if (typeof prompt === "string")
      for (const place of placesOf(prompt))
        if (place === "#examples" || place === "/examples")
          problems.push(
            `prompt "${variant}" has {{${place}}} alone: examples stand between {{#examples}} and {{/examples}}.`
          );
        else column(`prompt "${variant}"`, place);
  const placing = Object.keys(prompts).filter((variant) => placesExamples(memberOf(prompts, variant)!));
  if (placing.length > 0 && !definition.fewShot)
    problems.push(
      `prompt "${placing[0]}" has a place for examples, and the eval draws none. Add fewShot: {count: 3}, or take {{#examples}}…{{/examples}} out.`
    );
  if (typeof definition.expected === "string") column(`"expected"`, definition.expected);
  if (typeof definition.cluster === "string") column(`"cluster"`, definition.cluster);
  if (Array.isArray(definition.slices)) for (const slice of definition.slices) column(`"slices"`, slice);
  return problems;
}

/** Scorers that run what models wrote, where the run does not allow it or the machine has no sandbox. */
async function codeProblems(
  scorers: ResolvedEval["scorers"],
  {allowCodeExecution, dryRun, showPrompts}: RunOptions
): Promise<string[]> {
  const problems: string[] = [];
  for (const {name, scorer} of scorers) {
    if (!scorer.executesCode || dryRun || showPrompts !== undefined) continue;
    if (!allowCodeExecution)
      problems.push(
        `the scorer "${name}" runs code that models wrote. Say --allow-code-execution to let it, in a sandbox without network and files.`
      );
    else {
      const refusal = await scorer.executesCode.refusal();
      if (refusal !== undefined) problems.push(`the scorer "${name}": ${refusal}`);
    }
  }
  return problems;
}

function amountProblems(
  repeats: number,
  {limit, concurrency, budgetUsd, showPrompts, giveUpAfterSeconds}: RunOptions
): string[] {
  const problems: string[] = [];
  for (const [what, value] of [
    ["repeats", repeats],
    ["limit", limit],
    ["concurrency", concurrency],
    ["showPrompts", showPrompts]
  ] as const)
    if (value !== undefined && !(Number.isInteger(value) && value >= 1))
      problems.push(`${what} is ${value}; it must be a whole number of at least 1.`);
  if (giveUpAfterSeconds !== undefined && !(giveUpAfterSeconds >= 0 && giveUpAfterSeconds <= 1e6))
    problems.push(`giveUpAfterSeconds is ${giveUpAfterSeconds}; it must be from 0 to 1,000,000.`);
  if (budgetUsd !== undefined && !(budgetUsd >= 0))
    problems.push(`the budget is ${budgetUsd}; it must be a number of US dollars.`);
  return problems;
}

function chooseCandidates(definition: EvalDefinition, options: RunOptions, problems: string[]): Candidate[] {
  const names = definition.candidates.map((one) => one.name);
  if (names.length === 0) problems.push(`it has no candidates.`);
  for (const twice of new Set(names.filter((one, index) => names.indexOf(one) !== index)))
    problems.push(`two candidates are called "${twice}".`);
  if (!options.candidates?.length) return definition.candidates;
  const unknown = options.candidates.filter((one) => !names.includes(one));
  if (unknown.length > 0)
    problems.push(
      `it has no candidate ${unknown.map((one) => `"${one}"`).join(", ")}. Its candidates: ${names.join(", ")}.`
    );
  return definition.candidates.filter((one) => options.candidates!.includes(one.name));
}

function sliceFunction(slices: EvalDefinition["slices"]): (row: Row) => Record<string, string> {
  if (slices === undefined) return () => ({});
  const named = Array.isArray(slices)
    ? slices.map((name) => [name, (row: Row) => cellName(row[name])] as const)
    : Object.entries(slices);
  return (row) =>
    Object.fromEntries(
      named
        .map(([name, of]) => [name, of(row)] as const)
        .filter((slice): slice is readonly [string, string] => slice[1] !== null && slice[1] !== undefined)
    );
}

/** An empty cell belongs to no slice and to no cluster. */
function cellName(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === "object" ? canonicalJson(value) : String(value);
}

function countsText(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([part, rows]) => `${part} ${rows}`)
    .join(", ");
}
