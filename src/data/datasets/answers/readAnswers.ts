import {type Database, readVersion, type RunManifest, type Workspace} from "../../../base/store/index.js";
import {UserError} from "../../../base/validation/index.js";
import {carriedName, madeRows, questionText} from "./answerRows.js";
import type {AnswersSource} from "./answersOf.js";
import {
  type AgreedAnswer,
  AnswersLeftOut,
  balanced,
  keptOfRow,
  type MadeRow,
  nearTestRows,
  withoutDuplicates
} from "./keptAnswers.js";
import {learnableRuns} from "./learnableRuns.js";
import {runAnswers} from "./runAnswers.js";
import {type Separation, separationOf} from "./separation.js";
import type {StatedBySource} from "./statedBySource.js";
import {namedCandidates, type TeacherRecord, teachersOf} from "./teachers.js";

/** What a version of answers says of itself: `source` of its record. */
export interface AnswersRecord {
  kind: "answers";
  of: string[];
  form: string;
  runs: {id: string; eval: string; dataset: string; version: string; split: string; part: string}[];
  teachers: TeacherRecord[];
  /** Prompts by the hash of their template or function. */
  prompts: {name: string; sha256: string}[];
  rules: Record<string, unknown>;
  /** Answers that were looked at, and how many each rule left out. */
  answers: number;
  leftOut: Record<string, number>;
  /** Of all answers that were looked at; absent where no cost is known. */
  costUsd?: number;
  reason?: string;
}

/** Rows of answers, what their version says of itself, and what it takes over from the dataset that was asked about. */
export interface ReadAnswers {
  rows: Record<string, unknown>[];
  record: AnswersRecord;
  stated: StatedBySource;
}

/** Reads the answers of runs as rows to learn from. Throws a UserError where none may be, or none is left. */
export async function readAnswers(
  db: Database,
  workspace: Workspace,
  source: AnswersSource,
  dataset: string
): Promise<ReadAnswers> {
  const runs = await learnableRuns(workspace, source);
  const candidates = runs.map((run) => namedCandidates(run, source.candidates));
  const teachers = await teachersOf(workspace, candidates.flat(), source.reason, `dataset ${dataset}`);
  const leftOut = new AnswersLeftOut();
  const spent = {answers: 0, costs: 0, usd: 0};
  const made: MadeRow[] = [];
  for (const [i, run] of runs.entries()) {
    const separation = await separationOf(db, workspace, run, source);
    const groups: AgreedAnswer[][] = [];
    const asked = {candidates: candidates[i]!, separation, source};
    for await (const answers of runAnswers(db, workspace, run, asked)) {
      spent.answers += answers.length;
      for (const {cost_usd: usd} of answers)
        if (usd !== null) {
          spent.costs++;
          spent.usd += usd;
        }
      const kept = keptOfRow(answers, source, leftOut);
      if (kept.length > 0) groups.push(kept);
    }
    for (const kept of await apartFrom(db, groups, separation, leftOut))
      made.push(...madeRows(kept, {run, source, leftOut}));
  }
  const distinct = source.keep?.duplicates ? made : withoutDuplicates(made, source, leftOut);
  const rows = balanced(distinct, source, leftOut).map(({row}) => row);
  if (rows.length === 0) throw new UserError(noneLeft(dataset, runs, spent.answers, leftOut));
  const {of, form = "answers", reason} = source;
  return {
    rows,
    stated: await statedBy(workspace, runs),
    record: {
      kind: "answers",
      of: [of].flat(),
      form,
      runs: runs.map(({id, eval: name, dataset: asked, split}) => ({
        id,
        eval: name,
        dataset: asked.name,
        version: asked.version,
        split: split.id,
        part: split.part
      })),
      teachers,
      prompts: [
        ...new Map(runs.flatMap(({variants}) => variants).map((one) => [one.sha256, one])).values()
      ].map(({name, sha256}) => ({name, sha256})),
      rules: rulesOf(source),
      answers: spent.answers,
      leftOut: leftOut.counts,
      costUsd: spent.costs > 0 ? spent.usd : undefined,
      reason
    }
  };
}

/** Without the rows that have a near-duplicate among those which they are to be kept apart from. */
async function apartFrom(
  db: Database,
  groups: readonly AgreedAnswer[][],
  separation: Separation,
  leftOut: AnswersLeftOut
): Promise<AgreedAnswer[][]> {
  const texts = groups.map(([first]) => ({
    row_id: first!.row_id,
    text: first!.text ?? questionText(first!)
  }));
  const near = await nearTestRows(db, texts, separation);
  return groups.filter((kept) => {
    if (!near.has(kept[0]!.row_id)) return true;
    leftOut.add("near-duplicates of test or held-out rows", kept.length);
    return false;
  });
}

function rulesOf({keep, scorer, leastDifference, good, bad, apart, candidates}: AnswersSource) {
  return {...keep, scorer, leastDifference, good, bad, apart, candidates};
}

function noneLeft(
  dataset: string,
  runs: readonly RunManifest[],
  answers: number,
  leftOut: AnswersLeftOut
): string {
  return `dataset ${dataset}: of ${answers} answers of ${runs.map(({id}) => id).join(", ")} none is left to learn from (${leftOutText(leftOut.counts) || "there is none"}). No version was made.`;
}

/** `3 refused, 2 cut off`. */
export function leftOutText(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([reason, n]) => `${n} ${reason}`)
    .join(", ");
}

/** What the versions that were asked about say, the last run's: they are of one dataset. */
async function statedBy(workspace: Workspace, runs: readonly RunManifest[]): Promise<ReadAnswers["stated"]> {
  const {dataset, imported} = runs.at(-1)!;
  const asked = imported
    ? undefined
    : await readVersion(workspace, {dataset: dataset.name, id: dataset.version});
  const named = (column: string | undefined) => (column === undefined ? undefined : carriedName(column));
  return {
    id: "id",
    text: named(asked?.text) ?? "prompt",
    group: named(asked?.group),
    time: named(asked?.time),
    sensitivity: asked?.sensitivity as StatedBySource["sensitivity"],
    publish: asked?.publish,
    licence: asked?.licence
  };
}
