import {
  budgetSpent,
  type CommandBudget,
  type EvalDefinition,
  runEval,
  type RunInputs,
  type RunResult
} from "../runner/index.js";
import type {RunManifest} from "../../base/store/index.js";
import {isSettled, settledRows} from "./settledRows.js";
import type {RaceCut, RaceRound, RaceSettings, RaceStep} from "../decisions/raceTypes.js";

export interface RoundRun {
  run: RunManifest;
  /** Of the plan for all rows of the step. */
  planHash: string;
  /** Calls that were made. */
  calls: number;
  /** When the budget ended the round early and `run` has the rows that everybody had ended. */
  cutShort?: RaceCut;
  /** Why the round cannot be judged: calls or scores are missing. */
  missing?: string;
  /** Why the race ends after this round: the start's own budget is spent. */
  ends?: string;
}

/** What was before a round. */
export interface BeforeRound {
  /** Rows that the race had got to. */
  rows: number;
  /** What the candidates' rows have cost. */
  paidUsd: number;
  /** The round as an ended race had it: what was cut short stays so. */
  then?: RaceRound;
}

/** Makes the runs of a race's rounds within its budget and that of the start, whichever leaves less. */
export interface RoundRuns {
  make(step: RaceStep, before: BeforeRound): Promise<RoundRun>;
}

export function roundRuns(
  definition: EvalDefinition,
  inputs: RunInputs & {budget: CommandBudget},
  settings: RaceSettings
): RoundRuns {
  const {store, options = {}} = inputs;
  const made: string[] = [];
  const {budget} = inputs;
  const left = leftOf(settings.budgetUsd, startUsd(inputs), budget);
  const ask = async (limit: number, {candidates}: RaceStep, paidUsd: number): Promise<RunResult> => {
    const result = await runEval(definition, {
      ...inputs,
      opened: made.length > 0,
      options: {
        ...options,
        wholeGroups: true,
        raceRound: true,
        failuresOf: [...made],
        budgetUsd: left.usd(paidUsd),
        limit,
        candidates
      }
    });
    store.refresh();
    left.spent(result.spentUsd ?? 0);
    made.push(result.manifest!.id);
    return result;
  };
  return {
    async make(step, {rows: before, paidUsd, then}) {
      const known = then?.cutShort && then.rows <= step.rows ? then : undefined;
      const first = await ask(known?.rows ?? step.rows, step, paidUsd);
      const run = first.manifest!;
      const common = {run, planHash: run.planHash, calls: first.calls};
      if (isSettled(run)) return {...common, cutShort: known?.cutShort};
      if (run.stopped === undefined || run.stopped !== first.budgetStop)
        return {...common, missing: run.stopped ?? "calls are missing"};
      const isOfDay = budget.ledger?.isSpent ?? false;
      const why = isOfDay ? run.stopped : left.stopText(paidUsd);
      const ends = left.isOfRace(paidUsd) && !isOfDay ? undefined : why;
      const rows = await settledRows(store, run);
      if (rows < Math.max(1, ends === undefined ? before : before + 1)) return {...common, missing: why};
      const cut = await ask(rows, step, paidUsd);
      const calls = first.calls + cut.calls;
      if (!isSettled(cut.manifest!)) return {...common, calls, missing: why};
      const cutShort = {planned: step.rows, why, run: run.id};
      return {...common, run: cut.manifest!, calls, cutShort, ends};
    }
  };
}

/** What the race of a start may spend: what its command has left. */
function startUsd({budget, options: {budgetUsd = Infinity} = {}}: RunInputs & {budget: CommandBudget}) {
  const usd = Math.min(budgetUsd, budget.limitUsd - budget.spentUsd);
  return usd === Infinity ? undefined : usd;
}

/** What is left of a race's own budget, which counts answers from the store too, and of that of this start. */
function leftOf(ofRace: number | undefined, ofStart: number | undefined, command: CommandBudget) {
  const earlierUsd = command.spentUsd;
  let spentUsd = 0;
  const raceLeft = (paidUsd: number) => (ofRace ?? Infinity) - Math.max(paidUsd, spentUsd);
  const startLeft = () => (ofStart ?? Infinity) - spentUsd;
  const isOfRace = (paidUsd: number) => raceLeft(paidUsd) <= startLeft() && ofRace !== undefined;
  return {
    isOfRace,
    usd(paidUsd: number): number | undefined {
      const least = Math.min(raceLeft(paidUsd), startLeft());
      return least === Infinity ? undefined : Math.max(0, least);
    },
    spent(usd: number) {
      spentUsd += usd;
    },
    stopText(paidUsd: number): string {
      return isOfRace(paidUsd)
        ? budgetSpent(Math.max(paidUsd, spentUsd), ofRace!)
        : budgetSpent(earlierUsd + spentUsd, earlierUsd + ofStart!, "by this command");
    }
  };
}
