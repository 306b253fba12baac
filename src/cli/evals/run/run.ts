import type {CandidateCalls} from "../../../evals/decisions/index.js";
import {WORKERS_DIED} from "../../../evals/queue/workersDied.js";
import {isUnanswered, type RaceOptions, type RunOptions} from "../../../evals/runner/index.js";
import {UsageError, UserError} from "../../../base/validation/index.js";
import {giveUpSeconds} from "../../../base/system/index.js";
import {openStore} from "../../../base/store/index.js";
import {findProject, loadDatasets, loadEvals, type NamedEval, openProject} from "../../project/project.js";
import {interruptSignals} from "./interruptSignals.js";
import {type EvalOutcome, runEvals} from "./runEvals.js";
import {joinQueue} from "./joinQueue.js";
import {type RunCommandOptions, askAgainCommand} from "./askAgain.js";
import {endsText, failuresText} from "../runs/failures.js";
import {reportBroken, warnOfBroken} from "../../project/broken.js";
import {fail} from "../../terminal/fail.js";
import {plural} from "../../terminal/plural.js";
import {costWords} from "../runs/runCost.js";
import {dim, print, printAsIs, printJson} from "../../terminal/terminal.js";
import {dryRunText} from "./dryRunText.js";
import {previewText} from "../../terminal/promptText.js";
import {raceText} from "../runs/raceText.js";
import {importedText, verdictText} from "../verdict/verdictText.js";

interface RunVerbOptions {
  limit?: number;
  candidate?: string[];
  repeat?: number;
  concurrency?: number;
  budgetUsd?: number;
  race?: boolean;
  errorRate?: number;
  budgetCalls?: number;
  giveUpAfter?: number;
  queue?: string | true;
  dryRun?: boolean;
  showPrompts?: number;
  reuse: boolean;
  retryFailed?: boolean;
  wait?: boolean;
  final?: boolean;
  why?: string;
  allowCodeExecution?: boolean;
  json?: boolean;
}

export async function runVerb(names: string[], verb: RunVerbOptions): Promise<void> {
  const race = raceOptions(verb);
  if (verb.why !== undefined && !verb.final)
    throw new UsageError("--why says why a held-out part is opened: it goes with --final.");
  if (verb.final && !verb.why?.trim())
    throw new UsageError(
      'say why the held-out part is opened now, with --why "…": it is kept beside who and when.'
    );
  const project = findProject();
  const {evals, broken} = await loadEvals(project, names);
  const {datasets, broken: brokenLoaders} = await loadDatasets(project);
  // An eval that was named and lacks its dataset says so itself.
  if (names.length === 0) reportBroken(brokenLoaders);
  else warnOfBroken(brokenLoaders);
  reportBroken(broken);
  if (evals.length === 0 && broken.length > 0) return;
  if (evals.length === 0)
    throw new UserError(`${project}/evals has no *.eval.ts file. Run \`assay init\` for an example.`);
  if (verb.final) assertOpens(evals, names.length > 0);
  const store = await openStore(await openProject());
  const {signal, abortSignal, at, dispose} = interruptSignals();
  const queue = verb.queue === undefined ? undefined : await joinQueue(verb.queue, verb.concurrency, evals);
  try {
    const outcomes = await runEvals(store, evals, {
      options: runOptions(verb),
      race,
      command: ["run", ...evals.map(({name}) => name)].join(" ").slice(0, 100),
      datasets,
      signal,
      abortSignal,
      at,
      quiet: verb.json ?? false,
      createExecutor: queue?.createExecutor,
      onFailure,
      onOutcome: (outcome) => {
        if (verb.json) return;
        const show = outcome.result.prompts ? printAsIs : print;
        show(outcomeText(outcome, askedWith(verb)) + "\n");
      }
    });
    if (verb.json)
      printJson(
        outcomes.map(({eval: one, split, result, verdict, failures, otherFailures, ends, race: record}) => ({
          eval: one.name,
          split: split.name,
          ...result,
          verdict,
          failures,
          otherFailures,
          ends,
          race: record
        }))
      );
    if (signal.aborted || outcomes.some((one) => isUnfinished(one) || isRefused(one))) process.exitCode ||= 1;
  } finally {
    queue?.close();
    dispose();
    store.close();
  }
}

/** Throws UsageError where there is no held-out part to open: each eval that is named must score it, or one of all. */
function assertOpens(evals: readonly NamedEval[], named: boolean): void {
  // What the part was called before is told by the run.
  const others = evals.filter(({definition: {part = ""}}) => !["held-out", "sealed"].includes(part));
  if (others.length === 0 || (!named && others.length < evals.length)) return;
  const names = others.map(({name}) => name).join(", ");
  throw new UsageError(
    `--final opens the held-out part, and ${names} ${others.length > 1 ? "score" : "scores"} another one: nothing was run. Write part: "held-out" in the eval that is to score it, or leave --final out.`
  );
}

/** One eval that cannot run does not keep the others; the command ends with its exit code. */
export async function onFailure(error: unknown): Promise<void> {
  process.exitCode = Math.max(Number(process.exitCode ?? 0), await fail(error));
}

/** A dry run of what would be refused ends as the run would. */
const isRefused = ({result}: EvalOutcome) => result.dryRun?.budget?.refusal !== undefined;

/** What was asked for was not done, or came to no score. A race ends its runs at a limit of its own; a limit that was asked for is met. */
export function isUnfinished({result, race}: EvalOutcome): boolean {
  if (race)
    return (
      race.outcome?.kind === "stopped" || !race.rounds.at(-1)?.standings.some(({mean}) => mean !== undefined)
    );
  if (result.manifest === undefined) return false;
  const {counts, imported, status, owedScores: owed = 0} = result.manifest;
  if (imported && status === "partial") return true;
  const nothingScored = counts.completed + counts.failed > 0 && counts.scored === 0;
  const isMissing = counts.completed + counts.failed < counts.planned;
  return nothingScored || owed > 0 || isMissing;
}

/** No call was answered, and each failed because the workers of a queue died. */
function hasOnlyDeaths({result, failures = []}: Pick<EvalOutcome, "result" | "failures">): boolean {
  const {completed = 0} = result.manifest?.counts ?? {};
  return completed === 0 && failures.length > 0 && failures.every(({reason}) => reason === WORKERS_DIED);
}

/** Undefined: as each eval says. */
function raceOptions(verb: RunVerbOptions): RaceOptions | false | undefined {
  const {race, errorRate, budgetCalls, budgetUsd} = verb;
  if (!race) {
    if (errorRate !== undefined || budgetCalls !== undefined)
      throw new UsageError("--error-rate and --budget-calls are for races: add --race.");
    return race;
  }
  if (verb.showPrompts !== undefined)
    throw new UsageError("--show-prompts calls nobody: it goes without --race.");
  if (verb.dryRun)
    throw new UsageError("what a race will cost depends on its course: --dry-run goes without --race.");
  return {
    errorRate,
    budgetCalls,
    budgetUsd
  };
}

export function runOptions(verb: RunVerbOptions): RunOptions {
  return {
    limit: verb.limit,
    candidates: verb.candidate,
    repeats: verb.repeat,
    concurrency: verb.concurrency,
    budgetUsd: verb.budgetUsd,
    giveUpAfterSeconds: verb.giveUpAfter ?? statedGiveUp(),
    dryRun: verb.dryRun ? true : undefined,
    showPrompts: verb.showPrompts,
    noReuse: verb.reuse ? undefined : true,
    retryFailed: verb.retryFailed ? true : undefined,
    final: verb.final ? true : undefined,
    why: verb.why,
    lockWaitMs: verb.wait === false ? 0 : Infinity,
    allowCodeExecution: verb.allowCodeExecution
  };
}

/** What the environment states for all that is remote. */
const statedGiveUp = () => (process.env["ASSAY_GIVE_UP_AFTER"] ? giveUpSeconds() : undefined);

function askedWith(verb: RunVerbOptions): RunCommandOptions {
  const {race, errorRate, budgetCalls, queue} = verb;
  return {...runOptions(verb), race, errorRate, budgetCalls, queue};
}

/** @param asked what the run was made with: asking again for its failures takes the same */
export function outcomeText(
  {eval: one, split, result, verdict, report, failures, otherFailures, ends, others, race}: EvalOutcome,
  asked: RunCommandOptions = {}
): string {
  if (result.prompts) return previewText(`${one.name} · ${split.name} split`, result.prompts);
  if (result.dryRun)
    return dryRunText(`${one.name} · ${split.name} split`, result.dryRun, {raced: !!one.definition.race});
  const ended = endsText(ends);
  const decided = [
    race
      ? raceText(race)
      : `${verdictText(result.manifest!, verdict!)}\n${dim(effortText(result, report?.calls))}`,
    ...(others === undefined ? [] : [others]),
    ...(ended ? [ended] : [])
  ].join("\n\n");
  const {failed = 0} = result.manifest?.counts ?? {};
  if (result.manifest?.imported) return decided;
  const known = failures?.length ? failuresText({failures, otherFailures}) : undefined;
  const again = failed > 0 || failures?.some(({reason}) => isUnanswered(reason));
  // What a scorer fails on without asking anyone it fails on again.
  if (!again) return known === undefined ? decided : `${decided}\n\n${known}`;
  const dead = hasOnlyDeaths({result, failures})
    ? "No call was answered: every worker that took one died. Their own output may say why.\n"
    : "";
  const why = known ?? `${failed} calls failed: \`assay runs ${result.manifest!.id}\` says why.`;
  return `${decided}\n\n${why}\n${dead}Ask again for these rows${othersText(result, race)}: ${askAgainCommand(one.name, asked)}`;
}

/** What the same command asks for beside the rows that failed. */
function othersText({manifest}: EvalOutcome["result"], race: EvalOutcome["race"]): string {
  if (race) return race.outcome?.kind === "stopped" ? ", and go on with the race" : "";
  const {planned, completed, failed} = manifest!.counts;
  const missing = planned - completed - failed;
  if (missing <= 0) return "";
  return `, and for ${plural(missing, "answer")} that ${missing > 1 ? "are" : "is"} missing`;
}

/** What this start did. */
function effortText(
  {manifest, calls, scorerCalls = 0, unchanged, ...bills}: EvalOutcome["result"],
  candidates: readonly CandidateCalls[] = []
): string {
  const again = candidates.reduce((sum, {planned, attempts = planned}) => sum + attempts - planned, 0);
  const {id, counts, archived} = manifest!;
  if (manifest!.imported) return importedText(manifest!.imported);
  return [
    unchanged ? "nothing to do: the store holds this run" : `${plural(calls, "call")} made`,
    ...(scorerCalls > 0 ? [`${plural(scorerCalls, "scorer call")} made`] : []),
    ...(counts.reused > 0 && !unchanged ? [`${counts.reused} completions reused`] : []),
    ...(counts.failed > 0 ? [`${counts.failed} failed`] : []),
    ...(again > 0 ? [`${plural(again, "attempt")} failed and ${again > 1 ? "were" : "was"} repeated`] : []),
    ...costWords(manifest!),
    ...(archived === undefined ? [] : [`archived: \`assay runs --unarchive ${id}\` shows it again`])
  ]
    .join(" · ")
    .concat(...billsText(bills).map((line) => `\n${line}`));
}

/** What this start paid beyond its budget, and may have to pay beyond its cost. */
function billsText({
  overBudgetUsd,
  uncountedAttempts: attempts
}: Pick<EvalOutcome["result"], "overBudgetUsd" | "uncountedAttempts">): string[] {
  return [
    ...(overBudgetUsd === undefined
      ? []
      : [
          `$${overBudgetUsd.toFixed(4)} over the budget: calls in flight cost more than their prompts and max_tokens let expect`
        ]),
    ...(attempts === undefined
      ? []
      : [
          `${plural(attempts, "attempt")} failed without telling what ${attempts > 1 ? "they" : "it"} took, such as by a timeout: they may have been billed, and are in no cost`
        ])
  ];
}
