import {
  formatCount,
  type GateResult,
  type GateRule,
  overall,
  sliceTable,
  type SliceTable,
  slicingsOf,
  valueName,
  writerOf,
  formatEstimate
} from "../../../evals/decisions/index.js";
import {runVerdict, type RunVerdict} from "../../../report/site/index.js";
import {shellWord, UsageError} from "../../../base/validation/index.js";
import {projectOf} from "../../../base/system/index.js";
import {openStore, openWorkspace, type Publishing, type Store} from "../../../base/store/index.js";
import {oneLine} from "../../../base/validation/lineText.js";
import {runGates} from "../../../report/gates/index.js";
import {chosenRun} from "../../project/chosenRun.js";
import {importResults} from "./importResults.js";
import {type JudgedRun, otherDefinitionText} from "../../../evals/races/index.js";
import {dim, note, print, printJson, table} from "../../terminal/terminal.js";
import {importedText, verdictText} from "./verdictText.js";

interface VerdictOptions {
  from?: string[];
  name?: string;
  scorer?: string;
  baseline?: string;
  margin?: number;
  cluster?: string;
  slice?: string[];
  minScore?: number;
  maxRegression?: number;
  maxFailureShare?: number;
  publish?: Publishing;
  json?: boolean;
}

/** What says how result files are read, and is nothing to a run that is sealed already. */
const ofFiles = ["name", "scorer", "baseline", "cluster", "publish"] as const;

const CODES = {pass: 0, fail: 100, undecided: 101};

/** Prints the verdict of a run in the store, or of result files; with gates the exit code is theirs. */
export async function verdictVerb(name: string | undefined, options: VerdictOptions): Promise<void> {
  if (options.from && name !== undefined)
    throw new UsageError(`name a run (${name}) or files (--from), not both.`);
  const misplaced = ofFiles.filter((option) => options[option] !== undefined);
  if (!options.from && misplaced.length > 0)
    throw new UsageError(
      `${misplaced.map((option) => `--${option}`).join(", ")}: only with --from, which reads result files.`
    );
  // Results of other tools need no project.
  const from = process.env.ASSAY_PROJECT || process.cwd();
  const workspace = await openWorkspace(projectOf(from) ?? from);
  const rules = rulesOf(options);
  const done = options.from ? await sealed(workspace, options.from, rules, options) : undefined;
  const store = await openStore(workspace);
  try {
    const {run, race, other}: JudgedRun = done ? {run: done.manifest} : await chosenRun(store, name);
    const otherDefinition = other && otherDefinitionText(run.eval, run, other);
    if (otherDefinition !== undefined) note(`! ${otherDefinition}`);
    const report = await runVerdict(store, run, {race, margin: options.margin});
    const gates = await runGates(store, {run, race, other}, {report, rules});
    const slices = options.slice && (await slicesOf(store, report));
    if (options.json)
      printJson({
        run: run.id,
        eval: run.eval,
        imported: run.imported,
        counts: run.counts,
        verdict: report.verdict,
        otherDefinition,
        gates,
        slices
      });
    else {
      print(verdictText(run, report.verdict));
      for (const text of detailsOf(report)) print(text);
      if (slices) print(`\n${slicesText(report, slices)}`);
      if (gates.length > 0) print(`\n${gatesText(gates)}`);
    }
    if (rules.length > 0) process.exitCode = CODES[overall(gates)];
  } finally {
    store.close();
  }
}

function rulesOf({minScore, maxRegression, maxFailureShare}: VerdictOptions): GateRule[] {
  const rule = {minScore, maxRegression, maxFailureShare};
  return Object.values(rule).some((one) => one !== undefined) ? [rule] : [];
}

async function sealed(
  workspace: Awaited<ReturnType<typeof openWorkspace>>,
  files: readonly string[],
  gate: readonly GateRule[],
  {name, scorer, baseline, margin, cluster, slice, publish = "ids"}: VerdictOptions
) {
  return importResults(
    {...workspace, project: process.cwd()},
    {files: [...files], scorer, baseline, cluster, slices: slice},
    {
      name,
      margin,
      publish,
      gate,
      command: commandOf(files, {name, scorer, baseline, margin, cluster, slice, publish})
    }
  );
}

function commandOf(files: readonly string[], options: Omit<VerdictOptions, "from">): string {
  const words = Object.entries(options).flatMap(([name, value]) =>
    value === undefined || (name === "publish" && value === "ids")
      ? []
      : [value].flat().map((one) => `--${name} ${shellWord(String(one))}`)
  );
  return ["assay verdict", ...words, "--from", ...files.map(shellWord)].join(" ");
}

function detailsOf({run}: RunVerdict): string[] {
  const lines: string[] = [];
  const scorers = run.scorers.map(({name}) => name).filter((name) => name !== run.primaryScorer);
  if (run.imported) lines.push(dim(importedText(run.imported)));
  if (run.imported && scorers.length > 0)
    lines.push(
      dim(`also scored by ${oneLine(scorers.slice(0, 8).join(", "))}: --scorer NAME decides by another.`)
    );
  return lines;
}

async function slicesOf(store: Store, {run, table}: RunVerdict): Promise<SliceTable> {
  return sliceTable(table, await slicingsOf(store, run));
}

function slicesText({table: {candidates: candidates}, verdict}: RunVerdict, {rows}: SliceTable): string {
  const {number} = writerOf(verdict.scale);
  const cell = ({cells}: SliceTable["rows"][number], candidate: string) => {
    const {mean, low, high, scored} = cells.find((one) => one.candidate === candidate)!;
    if (mean === undefined) return undefined;
    const interval = low === undefined || high === undefined ? "" : ` (${number(low)} to ${number(high)})`;
    return `${number(mean)}${interval} n=${formatCount(scored)}`;
  };
  return table(rows, [
    {title: "slice", text: "name", value: ({slice, value}) => `${slice}: ${valueName(value)}`},
    {title: "rows", align: "right", value: ({rows}) => rows},
    ...candidates.map((candidate) => ({
      title: candidate,
      align: "right" as const,
      value: (row: SliceTable["rows"][number]) => cell(row, candidate)
    }))
  ]);
}

function gatesText(gates: readonly GateResult[]): string {
  return table(gates, [
    {title: "gate", value: (row) => row.status},
    {title: "candidate", text: "name", value: (row) => row.candidate},
    {title: "rule", text: "prose", value: (row) => row.rule},
    {title: "found", text: "prose", value: (row) => row.message},
    {title: "more rows", value: ({rowsNeeded}) => rowsNeeded && formatEstimate(rowsNeeded), align: "right"}
  ]);
}
