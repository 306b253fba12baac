import {corpusOf, history, type HistoryEntry, writerOf} from "../../../evals/decisions/index.js";
import {listRaces} from "../../../evals/races/index.js";
import {corpusName} from "../../../base/stats/index.js";
import type {RunManifest, Store} from "../../../base/store/index.js";
import type {NamedEval} from "../../project/project.js";
import {note, print, printJson, table} from "../../terminal/terminal.js";
import {tooFew, unwatched} from "./unwatched.js";

/** Runs that take long to read are counted aloud. */
const SILENT_RUNS = 50;

/**
 * `assay check --history`: every run of these evals beside the ones before it, with false alarms controlled over the whole
 * history. Gives the exit code: 100 when the newest run of an eval is an alarm, 101 when strong evidence against it is none yet or
 * when an eval has no two runs to compare on one of its splits, or these have too few rows in common.
 */
export async function checkHistory(
  store: Store,
  evals: readonly NamedEval[],
  {json, all}: {json?: boolean; all?: boolean}
): Promise<number> {
  const named = new Map(evals.map((one) => [one.name, one]));
  const rounds = new Set(
    (await listRaces(store.workspace)).flatMap((race) => race.rounds.map(({run}) => run))
  );
  const runs = (await store.runs()).filter(
    ({id, eval: name, status}) => named.has(name) && status === "complete" && !rounds.has(id)
  );
  const unbounded = new Map<string, {scorer: string; candidates: Set<string>}>();
  const unboundedRuns = new Set<string>();
  const byId = new Map(runs.map((run) => [run.id, run]));
  const entries = await history(store, runs, {
    rules: (name) => named.get(name)?.definition.gate ?? [],
    onProgress(done, of) {
      if (done > 0 && done % SILENT_RUNS === 0) note(`${done} of ${of} runs read`);
    },
    onUnbounded(id, candidate) {
      unboundedRuns.add(id);
      const {eval: name, primaryScorer: scorer} = byId.get(id)!;
      const known = unbounded.get(name)?.candidates ?? [];
      unbounded.set(name, {scorer, candidates: new Set([...known, candidate])});
    }
  });
  const alone = unwatched(evals, runs, entries);
  const few = tooFew(entries);
  const tell = json ? note : print;
  for (const {run, text} of alone) if (run === undefined || !unboundedRuns.has(run)) tell(text);
  for (const text of few) tell(text);
  for (const [name, {scorer, candidates}] of unbounded)
    tell(
      `${name}: ${[...candidates].join(", ")} ${candidates.size === 1 ? "has runs that are" : "have runs that are"} not compared: scores of ${scorer} lie outside of 0 to 1 and of any range that it states, and evidence is counted in shares of a range. \`assay check\` compares them by its gate.`
    );
  for (const text of meansInstead(evals, runs)) tell(text);
  if (json) printJson(entries.map((entry) => ({...entry, changed: entry.changed ?? null})));
  else printHistory(entries, {byId, all: all ?? false});
  if (entries.some(({newest, status}) => newest && isAlarm(status))) return 100;
  return alone.length + few.length > 0 || entries.some(awaitsMore) ? 101 : 0;
}

/** Evidence is of rows that are bounded and independent: a corpus figure has no history of its own. */
function meansInstead(evals: readonly NamedEval[], runs: readonly RunManifest[]): string[] {
  return evals.flatMap(({name}) => {
    const run = runs.findLast((one) => one.eval === name);
    const figure = run && corpusOf(run, run.primaryScorer);
    return figure
      ? [
          `${name}: the mean of the rows' scores of ${run.primaryScorer} is followed, not ${corpusName(figure)}, which decides its runs.`
        ]
      : [];
  });
}

const awaitsMore = ({newest, status, strong}: HistoryEntry) => newest && status === "undecided" && strong;

const isAlarm = (status: HistoryEntry["status"]) => status === "regressed" || status === "drifted";

type Runs = ReadonlyMap<string, RunManifest>;

function printHistory(entries: readonly HistoryEntry[], {byId, all}: {byId: Runs; all: boolean}): void {
  if (entries.length === 0) return;
  const shown = entries.filter(
    ({status, newest, difference}) => all || newest || (status !== "steady" && difference !== undefined)
  );
  print(
    table(shown, [
      {title: "status", value: ({status}) => status},
      {title: "eval", text: "name", value: (one) => `${one.eval} (${one.split})`},
      {title: "candidate", text: "name", value: ({candidate}) => candidate},
      {title: "run", value: ({run}) => run},
      {title: "against", value: ({before}) => before},
      {title: "rows", value: ({rows}) => rows, align: "right"},
      {
        title: "difference",
        value: ({difference, scale}) => difference && differenceText(difference, scale),
        align: "right"
      },
      {title: "evidence", value: evidenceText, align: "right"},
      {title: "what changed", text: "prose", value: (one) => changeText(one, byId)}
    ])
  );
  const count = (wanted: HistoryEntry["status"]) => entries.filter(({status}) => status === wanted).length;
  print(
    `\n${entries.length} comparisons: ${count("regressed")} regressed, ${count("drifted")} drifted, ${count("flaky")} flaky, ${count("undecided")} undecided, ${count("steady")} steady. If nothing had ever got worse, the chance of any alarm in all of them would be at most 5%.`
  );
  for (const {eval: name, split, candidate, run} of entries.filter(awaitsMore))
    print(
      `\n${name} (${split}): ${candidate} fell beyond chance by the look at ${run} alone, which is no alarm where many looks count. More runs confirm it or not (${byId.get(run)!.imported ? "of other result files" : `\`assay run ${name} --no-reuse\``}).`
    );
}

function differenceText(
  {estimate, low, high}: NonNullable<HistoryEntry["difference"]>,
  scale: HistoryEntry["scale"]
): string {
  const {number} = writerOf(scale);
  return `${estimate > 0 ? "+" : ""}${number(estimate)} (${number(low)} to ${number(high)})`;
}

/** The share of what an alarm takes, on the scale of logarithms: at 100 % it is one. */
function evidenceText({eValue, threshold}: HistoryEntry): string {
  return `${Math.max(0, Math.round((100 * Math.log(eValue)) / Math.log(threshold)))}%`;
}

function changeText({changed, status, run, before}: HistoryEntry, byId: Runs): string | undefined {
  if (!changed) return undefined;
  const isExplained = changed.some(({kind}) => kind !== "rows");
  const isImported = [run, before].some((id) => byId.get(id)?.imported);
  const unknown = isImported
    ? "nothing known: result files do not say what was asked"
    : status === "drifted"
      ? "nothing known: the server may have changed without saying so"
      : "";
  const parts = [...changed.map(({what}) => what), isExplained ? "" : unknown].filter(Boolean);
  return parts.length > 0 ? parts.join("; ") : "nothing";
}
