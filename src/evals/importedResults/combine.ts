import {memberOf} from "../../base/validation/memberOf.js";
import {UserError} from "../../base/validation/index.js";
import {sha256} from "../../base/system/index.js";
import {combinedAnswers} from "./answersOf.js";
import {ProblemList} from "./problems.js";
import {reachOf} from "./projects/providers.js";
import type {ImportedFile, ImportedSource, CombinedAnswer} from "./types.js";
import {varyingIn, varyingNotes} from "./varying.js";

/** Results of all files in one: every candidate against the same rows. */
export interface CombinedResults {
  rows: CombinedRow[];
  candidates: CombinedCandidate[];
  scorers: {name: string; binary: boolean; human: boolean; tool: string; version?: string}[];
  primary: string;
  /** Names of the slices that rows have. */
  slices: string[];
  /** The name of what rows are grouped by. */
  cluster?: string;
  repeats: number;
  /** In the order of rows, candidates and repeats. */
  answers: CombinedAnswer[];
  /** What a reader of the verdict should know, a sentence each. */
  notes: string[];
  /** Which files are not whole, and why. */
  lacks: string[];
  /** How many answers these lack by their own word; of some it is not known. */
  missing: number;
}

export interface CombinedRow {
  id: string;
  /** SHA-256 of what was asked and expected; of the id where the files hold neither. */
  hash: string;
  expected?: unknown;
  input?: string;
  slices: Record<string, string>;
  cluster?: string;
}

export interface CombinedCandidate {
  name: string;
  model: string;
  /** The tool that asked it. */
  tool: string;
  /** The provider's own name for the model, where the id names a provider that is known: "gpt-4o" of "openai:chat:gpt-4o". */
  pricedAs?: string;
  /** The provider's address. */
  baseUrl?: string;
  /** Where a model runs that the id says to be on a machine of one's own, such as "ollama:chat:gemma". */
  hosting?: "on-prem";
}

/** A slicing by more values than this says little, and one by ids nothing. */
const MOST_SLICE_VALUES = 30;

/**
 * Puts the answers of all files side by side. Throws a UserError when files hold the same candidate's answer to one
 * row, when one id stands for two questions, when nothing has a score, or when a name that was chosen is not there.
 */
export function combine(
  files: readonly ImportedFile[],
  options: Pick<ImportedSource, "scorer" | "baseline" | "cluster" | "slices"> = {}
): CombinedResults {
  const answers = combinedAnswers(files);
  const varying = varyingIn(answers);
  const rows = combinedRows(answers, new Set(varying.keys()), options.cluster);
  const candidates = combinedCandidates(files, options.baseline);
  const scorers = scorersOf(files);
  assertNamesThere({rows, candidates, scorers, varying}, options);
  const primary = primaryOf(scorers, answers, options.scorer);
  const slices = fewValuedSlices(rows, options.slices);
  const rowAt = new Map(rows.map(({id}, i) => [id, i]));
  const candidateAt = new Map(candidates.map(({name}, i) => [name, i]));
  answers.sort(
    (a, b) =>
      rowAt.get(a.row)! - rowAt.get(b.row)! ||
      candidateAt.get(a.candidate)! - candidateAt.get(b.candidate)! ||
      a.repeat - b.repeat
  );
  const repeats = answers.reduce((most, {repeat}) => Math.max(most, repeat + 1), 1);
  const told = files.flatMap(({path, notes}) => notes.map((note) => `${path}: ${note}`));
  return {
    rows,
    candidates,
    scorers,
    primary,
    slices,
    cluster: options.cluster,
    repeats,
    answers,
    notes: [...told, ...varyingNotes(varying, MOST_SLICE_VALUES)],
    lacks: files.flatMap(({path, lacks}) => (lacks === undefined ? [] : [`${path} ${lacks}`])),
    missing: files.reduce((sum, {missing = 0}) => sum + missing, 0)
  };
}

/** Throws a UserError with every name that was chosen and is not there. */
function assertNamesThere(
  {
    rows,
    candidates,
    scorers,
    varying
  }: Pick<CombinedResults, "rows" | "candidates" | "scorers"> & {varying: ReadonlyMap<string, unknown>},
  {scorer, baseline, cluster, slices = []}: Pick<ImportedSource, "scorer" | "baseline" | "cluster" | "slices">
): void {
  const problems = new ProblemList();
  const namesOf = (known: readonly {name: string}[]) => known.map(({name}) => name);
  const listed = (known: readonly {name: string}[]) => namesOf(known).join(", ") || "none";
  if (scorer !== undefined && !namesOf(scorers).includes(scorer))
    problems.add(`there is no scorer ${scorer}. There are ${listed(scorers)}.`);
  if (baseline !== undefined && !namesOf(candidates).includes(baseline))
    problems.add(`there is no candidate ${baseline}. There are ${listed(candidates)}.`);
  for (const name of new Set([...(cluster === undefined ? [] : [cluster]), ...slices]))
    if (varying.has(name))
      problems.add(
        `${name} differs between the answers to one row, so rows cannot be grouped or sliced by it. Choose a column of the rows.`
      );
  const isMissing = (name: string) =>
    !varying.has(name) && !rows.some((row) => memberOf(row.slices, name) !== undefined);
  const hint = columnsHint(rows);
  if (cluster !== undefined && isMissing(cluster))
    problems.add(`no row has a ${cluster} to group by.${hint}`);
  const uncut = slices.filter(isMissing);
  if (uncut.length > 0) problems.add(`no row has a ${uncut.join(", ")} to slice by.${hint}`);
  problems.assertNone();
}

function combinedRows(
  answers: readonly CombinedAnswer[],
  varying: ReadonlySet<string>,
  cluster: string | undefined
): CombinedRow[] {
  const rows = new Map<string, Omit<CombinedRow, "hash">>();
  const differing = new Set<string>();
  for (const {row, input, expected, slices: said = {}} of answers) {
    const slices = Object.fromEntries(Object.entries(said).filter(([name]) => !varying.has(name)));
    const known = rows.get(row);
    if (!known) {
      rows.set(row, {id: row, input, expected, slices});
      continue;
    }
    // A prompt may be worded for each candidate; what is expected may not differ.
    if (expected !== undefined && known.expected !== undefined && !sameJson(expected, known.expected))
      differing.add(row);
    known.input ??= input;
    known.expected ??= expected;
    known.slices = {...known.slices, ...slices};
  }
  if (differing.size > 0)
    throw new UserError(
      `${differing.size} of ${rows.size} rows have one id and different expected values, so they are not the same questions: ${[...differing].slice(0, 5).join(", ")}. Compare runs of one dataset.`
    );
  return [...rows.values()].map((row) => ({
    ...row,
    cluster: cluster === undefined ? undefined : memberOf(row.slices, cluster),
    hash: sha256(
      row.input === undefined && row.expected === undefined
        ? row.id
        : JSON.stringify([row.input ?? null, row.expected ?? null])
    )
  }));
}

const sameJson = (a: unknown, b: unknown) => a === b || JSON.stringify(a) === JSON.stringify(b);

/** The baseline first; else in the order of the files. */
function combinedCandidates(
  files: readonly ImportedFile[],
  baseline: string | undefined
): CombinedCandidate[] {
  const found = new Map<string, CombinedCandidate>();
  for (const {tool, answers} of files)
    for (const {candidate: name, model} of answers) {
      const known = found.get(name);
      if (!known) found.set(name, {name, model: model ?? name, tool, ...reachedAt(tool, model ?? name)});
    }
  const candidates = [...found.values()];
  if (baseline === undefined) return candidates;
  const base = candidates.filter(({name}) => name === baseline);
  return [...base, ...candidates.filter(({name}) => name !== baseline)];
}

function reachedAt(tool: string, id: string): Pick<CombinedCandidate, "pricedAs" | "baseUrl" | "hosting"> {
  const {model, reach} = reachOf(tool === "openai-evals" ? `openai:${id}` : id);
  if (reach?.hosting === "on-prem") return {hosting: reach.hosting};
  return {pricedAs: model === id ? undefined : model, baseUrl: reach?.baseUrl};
}

function scorersOf(files: readonly ImportedFile[]): CombinedResults["scorers"] {
  const found = new Map<string, CombinedResults["scorers"][number]>();
  for (const {tool, version, answers} of files)
    for (const {scores} of answers)
      for (const {scorer, value, human} of scores) {
        const known = found.get(scorer) ?? {name: scorer, binary: true, human: human ?? false, tool, version};
        known.binary &&= value === undefined || value === 0 || value === 1;
        known.human &&= human ?? false;
        found.set(scorer, known);
      }
  return [...found.values()];
}

/** The scorer that scored most answers, the first of several; never one without a score. */
function primaryOf(
  scorers: CombinedResults["scorers"],
  answers: readonly CombinedAnswer[],
  chosen: string | undefined
): string {
  const counts = new Map(scorers.map(({name}) => [name, 0]));
  for (const {scores} of answers)
    for (const {scorer, value} of scores)
      if (value !== undefined) counts.set(scorer, (counts.get(scorer) ?? 0) + 1);
  const best = [...counts].reduce<[string, number] | undefined>(
    (most, one) => (one[1] > (most?.[1] ?? 0) ? one : most),
    undefined
  );
  if (!best) throw new UserError("the files hold answers, and no score of any. Export the scores too.");
  return chosen ?? best[0];
}

function fewValuedSlices(rows: readonly CombinedRow[], chosen: readonly string[] | undefined): string[] {
  const values = new Map<string, Set<string>>();
  for (const {slices} of rows)
    for (const [name, value] of Object.entries(slices)) {
      const known = values.get(name) ?? new Set<string>();
      if (known.size <= rows.length) values.set(name, known.add(value));
    }
  if (chosen) return [...chosen];
  return [...values]
    .filter(([, own]) => own.size > 1 && own.size <= Math.min(MOST_SLICE_VALUES, rows.length / 4))
    .map(([name]) => name);
}

function columnsHint(rows: readonly Pick<CombinedRow, "slices">[]): string {
  const names = new Set(rows.flatMap(({slices}) => Object.keys(slices)));
  return names.size > 0 ? ` Rows have ${[...names].slice(0, 20).join(", ")}.` : "";
}
