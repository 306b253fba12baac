import {appendFile, writeFile} from "node:fs/promises";
import {contaminationWarnings, formatEstimate, selectionWarnings} from "../../../evals/decisions/index.js";
import {
  type CheckedRun,
  checkEvals,
  type GateChecks,
  gatesAsAnnotations,
  gatesAsJunit,
  gatesAsMarkdown,
  gatesStatus,
  gatesWithoutRun,
  placeText,
  unrunJson,
  unrunText,
  warningEvals
} from "../../../report/gates/index.js";
import type {RunVerdict} from "../../../report/site/index.js";
import {writeAtomic} from "../../../base/system/index.js";
import {openStore, type Store} from "../../../base/store/index.js";
import {reportBroken} from "../../project/broken.js";
import {tellChange, tellOlder} from "../../project/newestVersion.js";
import {findProject, loadDatasets, loadEvals, type NamedEval, openProject} from "../../project/project.js";
import {annotate, note, print, printJson, table} from "../../terminal/terminal.js";

interface CheckVerbOptions {
  json?: boolean;
  markdown?: string;
  junit?: string;
  history?: boolean;
  all?: boolean;
}

const CODES = {pass: 0, fail: 100, undecided: 101};

export async function checkVerb(names: string[], options: CheckVerbOptions): Promise<void> {
  const store = await openStore(await openProject());
  try {
    const {evals, broken} = await loadEvals(findProject(), names);
    reportBroken(broken);
    if (options.history) {
      const code = await (await import("./checkHistory.js")).checkHistory(store, evals, options);
      process.exitCode = broken.length > 0 && code !== 100 ? 1 : code;
      return;
    }
    const checked = await checkEvals(store, evals, {onMessage: note});
    await tellChanges(store, checked, evals);
    await tellNotes(store, checked);
    const unrun = gatesWithoutRun(checked, evals);
    const checks = {checked, unrun, broken, warning: warningEvals(evals)};
    if (options.markdown) await writeText(options.markdown, gatesAsMarkdown(checks));
    if (options.junit) await writeText(options.junit, gatesAsJunit(checks));
    const notices = process.env.GITHUB_ACTIONS ? gatesAsAnnotations(checks) : "";
    if (notices) annotate(notices);
    if (process.env.GITHUB_STEP_SUMMARY)
      await appendFile(process.env.GITHUB_STEP_SUMMARY, gatesAsMarkdown(checks));
    if (options.json)
      printJson([...checked.map((one) => ({...one, report: undefined})), ...unrun.map(unrunJson)]);
    else printChecks(checked, evals);
    tellWarnings(checks);
    const status = gatesStatus(checked, unrun, checks.warning);
    // A failed gate outranks an eval that cannot be loaded, which is no pass.
    process.exitCode = broken.length > 0 && status !== "fail" ? 1 : CODES[status];
  } finally {
    store.close();
  }
}

/** Names the evals whose undecided gates do not count. */
export function tellWarnings({checked, unrun = [], warning = new Set()}: GateChecks): void {
  const undecided = [
    ...checked.filter(({results}) => results.some(({status}) => status === "undecided")),
    ...unrun
  ];
  const names = [...warning].filter((name) => undecided.some((one) => one.eval === name));
  if (names.length > 0)
    note(`! Gates of ${names.join(", ")} are undecided. They do not count: \`undecided: "warn"\` says so.`);
}

/** Prints warnings about the runs that gates are checked on. */
export async function tellNotes(store: Store, checked: readonly CheckedRun[]): Promise<void> {
  for (const one of checked) await tellOlder(store, `${one.eval}${placeText(one)}`, one.report.run.dataset);
  for (const {otherMargin, otherDefinition, report, ...one} of checked)
    for (const text of [
      otherMargin,
      otherDefinition,
      ...importedNotes(report),
      ...contaminationNotes(report)
    ])
      if (text !== undefined) note(`! ${one.eval}${placeText(one)}: ${text}`);
}

/** Warnings about the result files that the gate's scores come from. */
function importedNotes({run: {imported, stopped}}: RunVerdict): string[] {
  if (!imported) return [];
  return [...(stopped === undefined ? [] : [`the run is partial: ${stopped}.`]), ...(imported.notes ?? [])];
}

/** Candidates that were trained on the gate's rows, or whose weights were chosen on them. */
function contaminationNotes({contamination, verdict}: RunVerdict): string[] {
  if (!contamination) return [];
  const {candidates, selected} = contamination;
  return [...contaminationWarnings(candidates, verdict.scale), ...selectionWarnings(selected)];
}

/** Warns where the source of a dataset has changed since the newest version was pulled. */
async function tellChanges(
  store: Store,
  checked: readonly CheckedRun[],
  evals: readonly NamedEval[]
): Promise<void> {
  const used = evals.filter(
    ({name, definition: {source}}) => !source && checked.some((one) => one.eval === name)
  );
  if (used.length === 0) return;
  // A broken loader does not affect gates.
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
      {title: "more rows", value: ({rowsNeeded}) => rowsNeeded && formatEstimate(rowsNeeded), align: "right"}
    ])
  );
}

async function writeText(path: string, text: string): Promise<void> {
  await writeAtomic(path, (temporary) => writeFile(temporary, text));
}
