import {appendFile, writeFile} from "node:fs/promises";
import {
  contaminationWarnings,
  DEFAULT_MARGIN,
  type GateResult,
  gatesOf,
  overall,
  type Regression,
  regressionsOf,
  selectionWarnings,
  tableAsIn,
  type Verdict,
  writerOf
} from "../evals/decisions/index.js";
import {baselineRun, isEnded} from "../evals/races/index.js";
import {changesBetween, isSameScorer} from "../report/site/changeSince.js";
import {runVerdict, type RunVerdict} from "../report/site/index.js";
import {writeAtomic} from "../base/system/index.js";
import {openStore, type RunManifest, type Store} from "../base/store/index.js";
import {reportBroken} from "./broken.js";
import {gateFacts} from "./gateFacts.js";
import {annotations, junit, markdown} from "./gateReports.js";
import {type JudgedRun, judgedRuns, otherText} from "./judgedRuns.js";
import {tellChange, tellOlder} from "./newestVersion.js";
import {findProject, loadDatasets, loadEvals, type NamedEval, openProject} from "./project.js";
import type {EvalOutcome} from "./runEvals.js";
import {annotate, note, print, printJson, table} from "./terminal.js";
import {gatesWithoutRun, placeText, unrunJson, unrunText} from "./unrun.js";

export interface CheckedRun {
  eval: string;
  /** The eval's file, from the project's folder. */
  path: string;
  split: string;
  part: string;
  run: string;
  results: GateResult[];
  report: RunVerdict;
  /** That the eval states another margin than the run was decided with. */
  otherMargin?: string;
  /** That the run is of another definition than the eval's file now states: its gates are undecided then. */
  otherDefinition?: string;
  /** Each candidate against itself in the gate's baseline run, else in the run before; absent without one. */
  change?: {
    before: string;
    /** What else is not the same, in words. */
    differs: string[];
    sameScorer: boolean;
    candidates: Regression[];
  };
}

interface CheckOptions {
  json?: boolean;
  markdown?: string;
  junit?: string;
  history?: boolean;
  all?: boolean;
}

const CODES = {pass: 0, fail: 100, undecided: 101};

export async function checkVerb(names: string[], options: CheckOptions): Promise<void> {
  const store = await openStore(await openProject());
  try {
    const {evals, broken} = await loadEvals(findProject(), names);
    reportBroken(broken);
    if (options.history) {
      const code = await (await import("./checkHistory.js")).checkHistory(store, evals, options);
      process.exitCode = broken.length > 0 && code !== 100 ? 1 : code;
      return;
    }
    const checked = await checkEvals(store, evals);
    await tellChanges(store, checked, evals);
    await tellNotes(store, checked);
    const results = checked.flatMap((one) => one.results);
    const unrun = gatesWithoutRun(checked, evals);
    const checks = {checked, unrun, broken};
    if (options.markdown) await writeText(options.markdown, markdown(checks));
    if (options.junit) await writeText(options.junit, junit(checks));
    const notices = process.env.GITHUB_ACTIONS ? annotations(checks) : "";
    if (notices) annotate(notices);
    if (process.env.GITHUB_STEP_SUMMARY) await appendFile(process.env.GITHUB_STEP_SUMMARY, markdown(checks));
    if (options.json)
      printJson([...checked.map((one) => ({...one, report: undefined})), ...unrun.map(unrunJson)]);
    else printChecks(checked, evals);
    const status = overall(results);
    // A gate that failed is the worst news; one that could not be read is no pass.
    process.exitCode =
      broken.length > 0 && status !== "fail"
        ? 1
        : CODES[status === "pass" && unrun.length > 0 ? "undecided" : status];
  } finally {
    store.close();
  }
}

/**
 * What every eval and split is judged by (`judgedRuns`) against the eval's gate. An eval with a gate and no run of its present
 * definition is undecided, and so is a split without any (`gatesWithoutRun`).
 * @param outcomes of starts that have just ended
 */
export async function checkEvals(
  store: Store,
  evals: readonly NamedEval[],
  outcomes: readonly Pick<EvalOutcome, "eval" | "result" | "race" | "report">[] = []
): Promise<CheckedRun[]> {
  const checked: CheckedRun[] = [];
  for (const one of evals) {
    const {name, path, definition} = one;
    const {judged, left} = await judgedRuns(store, one, outcomes);
    for (const {run, other} of left)
      note(
        `! ${name} (${run.split.name}, ${run.split.part}): ${run.id} is left out. It is of another definition of the eval (${other.join(", ")}), which does not run there now.`
      );
    for (const {run, race, other} of judged) {
      const report = decided(run, outcomes) ?? (await runVerdict(store, run, {race}));
      const otherDefinition = other && otherText(name, run, other);
      const rules = definition.gate ?? [];
      const before = await baselineRun(
        store,
        run,
        rules.find((rule) => rule.baselineRun)?.baselineRun ?? "previous"
      );
      checked.push({
        eval: name,
        path,
        split: run.split.name,
        part: run.split.part,
        run: run.id,
        results: undecidedFor({run, race, other}, gatesOf(report, rules, await gateFacts(store, run, rules))),
        report,
        otherMargin: otherMargin(definition.margin, report.verdict),
        otherDefinition,
        change: before
          ? {
              before: before.id,
              differs: await changesBetween(store, run, before),
              sameScorer: isSameScorer(run, before),
              candidates: regressionsOf(report.table, await tableAsIn(store, before.id, run), {
                margin: report.verdict.margin
              })
            }
          : undefined
      });
    }
  }
  return checked;
}

/** The verdict that a start has just ended with, where the run's own margin decided it. */
function decided(
  {id, margin = DEFAULT_MARGIN}: RunManifest,
  outcomes: readonly Pick<EvalOutcome, "report">[]
): RunVerdict | undefined {
  return outcomes.find(({report}) => report?.run.id === id && report.verdict.margin === margin)?.report;
}

/** Says what is to be known of the runs that gates are held against. */
export async function tellNotes(store: Store, checked: readonly CheckedRun[]): Promise<void> {
  for (const one of checked) await tellOlder(store, `${one.eval}${placeText(one)}`, one.report.run.dataset);
  for (const {otherMargin, otherDefinition, report, ...one} of checked)
    for (const text of [otherMargin, otherDefinition, ...importedNotes(report), ...seenBefore(report)])
      if (text !== undefined) note(`! ${one.eval}${placeText(one)}: ${text}`);
}

/** What is known of the files that the gate's scores come from. */
function importedNotes({run: {imported, stopped}}: RunVerdict): string[] {
  if (!imported) return [];
  return [...(stopped === undefined ? [] : [`the run is partial: ${stopped}.`]), ...(imported.notes ?? [])];
}

/** What candidates had learned of the rows that the gate goes by, and whose weights were chosen on them. */
function seenBefore({contamination, verdict}: RunVerdict): string[] {
  if (!contamination) return [];
  const {candidates, selected} = contamination;
  return [...contaminationWarnings(candidates, verdict.scale), ...selectionWarnings(selected)];
}

/**
 * A run of another definition says nothing of whether the present one would pass. One that was cut short, or a race that did not
 * end, tells of no gate that it passes: the rows that it did not get to are no sample, as those behind a limit are. Neither does one
 * whose files of another tool are not whole. What fails on it fails.
 */
export function undecidedFor(
  {run, race, other}: Pick<JudgedRun, "race" | "other"> & {run: CutRun},
  results: readonly GateResult[]
): GateResult[] {
  const why = other ? `is of another definition (${firstOf(other)})` : cutText({run, race});
  if (why === undefined) return [...results];
  return results.map((result) =>
    other || result.status === "pass"
      ? {
          ...result,
          status: "undecided",
          message: `${result.message}, in ${run.id}, which ${why}`,
          rowsNeeded: undefined
        }
      : result
  );
}

/** The warning above the gates names them all. */
function firstOf(parts: readonly string[]): string {
  const rest = parts.length - 2;
  return rest > 1 ? `${parts.slice(0, 2).join(", ")} and ${rest} more` : parts.join(", ");
}

type CutRun = Pick<RunManifest, "id" | "status" | "limit" | "counts" | "imported">;

/** In what a run or race was cut short; undefined when it was not. */
function cutText({run, race}: Pick<JudgedRun, "race"> & {run: CutRun}): string | undefined {
  if (race) return isEnded(race) ? undefined : "is of a race that did not end";
  if (!isCutShort(run)) return undefined;
  const {imported, counts} = run;
  const {scored, planned, completed, failed} = counts;
  // How many answers another tool's files lack may not be known.
  return imported && completed + failed >= planned
    ? "is of result files that are not whole"
    : `was cut short with ${scored} of ${planned} answers scored`;
}

function isCutShort({status, limit, counts: {planned, completed, failed}}: CutRun): boolean {
  return status === "partial" && (limit === undefined || completed + failed < planned);
}

function otherMargin(stated = DEFAULT_MARGIN, {margin, scale}: Verdict): string | undefined {
  if (stated === margin) return undefined;
  const {difference} = writerOf(scale);
  return `the run was decided with a margin of ${difference(margin)}, the eval now states ${difference(stated)}. \`assay run\` decides with that, from the same answers.`;
}

/** Says of which datasets the runs are on the newest version, though what that was pulled from has changed. */
async function tellChanges(
  store: Store,
  checked: readonly CheckedRun[],
  evals: readonly NamedEval[]
): Promise<void> {
  const used = evals.filter(
    ({name, definition: {source}}) => !source && checked.some((one) => one.eval === name)
  );
  if (used.length === 0) return;
  // A loader that cannot be loaded is no matter of a gate.
  const {datasets} = await loadDatasets(findProject());
  const told = new Set<string>();
  for (const {name, definition} of used) {
    const {dataset} = definition;
    const defined = typeof dataset === "string" ? datasets.find((one) => one.name === dataset) : dataset;
    if (defined === undefined || told.has(defined.name)) continue;
    const latest = await store.latestVersion(defined.name);
    const isUsed = checked.some(
      ({eval: of, report: {run}}) => of === name && run.dataset.version === latest?.id
    );
    if (!isUsed) continue;
    told.add(defined.name);
    await tellChange(store, defined);
  }
}

export function printChecks(checked: readonly CheckedRun[], evals: readonly NamedEval[]): void {
  const rows = checked.flatMap((one) => one.results.map((result) => ({...one, ...result})));
  const unrun = gatesWithoutRun(checked, evals);
  for (const one of unrun) print(`${one.eval}${placeText(one)}: ${unrunText(one)}`);
  if (rows.length === 0) return unrun.length > 0 ? undefined : print("No eval states a gate.");
  print(
    table(rows, [
      {title: "gate", value: (row) => row.status},
      {title: "eval", text: "name", value: (row) => row.eval + placeText(row)},
      {title: "candidate", text: "name", value: (row) => row.candidate},
      {title: "rule", text: "prose", value: (row) => row.rule},
      {title: "found", text: "prose", value: (row) => row.message},
      {title: "more rows", value: (row) => row.rowsNeeded, align: "right"}
    ])
  );
}

async function writeText(path: string, text: string): Promise<void> {
  await writeAtomic(path, (temporary) => writeFile(temporary, text));
}
