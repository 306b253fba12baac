import {join} from "node:path";
import {projectPricesOr, type RunManifest, sqlString} from "../../base/store/index.js";
import {answerLengths} from "./answerLengths.js";
import {budgetForecast} from "./budgetForecast.js";
import type {CommandBudget} from "./calls/commandBudget.js";
import {callPrices, total} from "./calls/callPrices.js";
import {budgetRefusal} from "./calls/pricesForBudget.js";
import type {EvalDefinition} from "./define.js";
import {askedByScorers} from "./plan/preflight.js";
import type {ResolvedEval} from "./plan/resolve.js";
import type {RunWorkspace} from "./plan/rows.js";
import type {ReadyCandidate} from "./plan/readyCandidates.js";
import {expectedCost, type ExpectedInputs, statedPrices} from "./expectedCost.js";
import {promptLengths} from "./promptLengths.js";
import {openSideAnswers, type SideAnswers} from "./journal/sideAnswers.js";
import {preflightKey, READY_MS} from "./calls/preflightCalls.js";
import type {SettledRequests} from "./journal/reuse.js";
import {
  JOURNAL,
  journalFile,
  latest,
  otherScores,
  requestColumns,
  SCORE_LOG,
  scoresFile
} from "./journal/tables.js";
import type {EvalTask} from "./task.js";
import {modelAsked} from "../scorers/index.js";
import type {DryRun, DryRunCandidate, DryRunScorer} from "./result.js";
import type {PlannedRun} from "./run.js";
import {logAsParquet} from "./tables/logs.js";

/** What is known of a planned run's answers. */
export interface ForecastBasis {
  /** All sealed runs. */
  runs: readonly RunManifest[];
  settled: SettledRequests;
  /** The run whose journal is gone on with. */
  runId: string;
  /** Undefined where the run has ended and nothing would be spent. */
  budget?: CommandBudget;
}

/** Counts the calls a plan still needs and forecasts their tokens and cost. Calls nothing. */
export async function forecast(
  {task, place, requests}: PlannedRun,
  {runs, settled, runId, budget}: ForecastBasis
): Promise<DryRun> {
  const {plan, ready, privacyCheck} = requests;
  const {resolved, inputs, effects} = task;
  const {scorers} = resolved;
  const {candidate: nameOf} = requestColumns(plan);
  const perCandidate = new Map<string, {calls: number; tokens: number}>();
  for await (const batch of place.db.batches<{n: number; candidate: string; tokens: number}>(
    `select n, ${nameOf} as candidate, tokens::double as tokens from ${plan.requests} where key <> ''`
  ))
    for (const {n, candidate, tokens} of batch) {
      if (settled.done.has(n)) continue;
      const sum = perCandidate.get(candidate) ?? {calls: 0, tokens: 0};
      perCandidate.set(candidate, {calls: sum.calls + 1, tokens: sum.tokens + tokens});
    }
  const listed = await projectPricesOr(place.workspace.project);
  const at = new Date(effects.now()).toISOString();
  const expected: ExpectedInputs = {
    prices: callPrices(listed.prices, at),
    observed: await answerLengths(place, runs),
    observedPrompts: await promptLengths(place, runs, resolved.name),
    at
  };
  const candidates = ready.map(({record, prepared}, index): DryRunCandidate => {
    const {calls, tokens} = perCandidate.get(record.name) ?? {calls: 0, tokens: 0};
    const refused = plan.refused[index]!;
    return {
      name: record.name,
      calls,
      refusedRows: refused.length,
      refusal: refused.length > 0 ? privacyCheck.message(prepared.endpoint, refused, plan.rows) : undefined,
      notMade: prepared.notMade,
      atMost: prepared.endpoint.stages ? true : undefined,
      ...expectedCost({...record, ...prepared}, {calls, promptTokens: tokens}, expected)
    };
  });
  const called = candidates.filter(({calls}) => calls > 0);
  const completionTokens = total(called.map((one) => one.completionTokens));
  const costUsd = total(called.map((one) => one.costUsd));
  const calls = called.reduce((sum, one) => sum + one.calls, 0);
  const refused =
    candidates.reduce((sum, {refusedRows}) => sum + refusedRows, 0) * plan.variants.length * plan.repeats;
  const asked = await scorerForecast(place, {runs, settled, runId}, scorers, {expected, newCalls: calls});
  const needsPrice = plan.total > settled.done.count ? ready : [];
  return {
    planned: plan.total,
    calls,
    reused: settled.done.count - settled.repeated - settled.failed,
    // A run counts rows that it may not send as failed, too.
    failed: Math.max(0, settled.failed - refused),
    repeated: settled.repeated,
    refused,
    promptTokens: total(called.map((one) => one.promptTokens)) ?? 0,
    completionTokens,
    costUsd,
    candidates,
    preflightCalls: await preflightForecast(
      ready.filter((_one, index) => candidates[index]!.calls > 0),
      task,
      await openSideAnswers(place.workspace, runId, {
        file: "preflight-answers.ndjson",
        ownOnly: inputs.options?.noReuse,
        since: new Date(effects.now() - READY_MS).toISOString()
      })
    ),
    budget:
      budget &&
      (await budgetForecast(
        budget,
        {calls, costUsd, scorers: asked},
        budgetRefusal(needsPrice, scorers, expected.prices, listed.problem)
      )),
    priceProblem: listed.problem,
    scorers: asked
  };
}

/** Questions that no answer of before stands for, each counted once. */
async function preflightForecast(
  ready: readonly ReadyCandidate[],
  {definition: {needs = {}}, resolved: {scorers}}: Pick<EvalTask, "definition" | "resolved">,
  answers: SideAnswers
): Promise<number> {
  const asked = new Set<string>();
  const ask = async (
    {endpoint, model}: Pick<ReadyCandidate["prepared"], "endpoint" | "model">,
    needed: NonNullable<EvalDefinition["needs"]>
  ) => {
    for (const stage of endpoint.stages?.() ?? []) await ask(stage, needed);
    for (const request of endpoint.preflightRequests?.(model, needed) ?? [])
      asked.add(await preflightKey(endpoint, request));
  };
  for (const {prepared} of ready) await ask(prepared, needs);
  // Without a call of a candidate nobody is asked beforehand.
  if (ready.length > 0) for (const one of askedByScorers(scorers)) await ask(one, {});
  return [...asked].filter((key) => !answers.find(key)).length;
}

/** What scorers that ask a model would ask: for the new completions, and for those in the store that they have not scored. */
async function scorerForecast(
  {db, workspace, folder}: RunWorkspace,
  {runs, settled, runId}: ForecastBasis,
  scorers: ResolvedEval["scorers"],
  {expected, newCalls}: {expected: ExpectedInputs; newCalls: number}
): Promise<DryRunScorer[]> {
  const asking = scorers.filter(({scorer}) => scorer.asks);
  if (asking.length === 0) return [];
  const journal = await logAsParquet(
    db,
    journalFile(workspace, runId),
    JOURNAL,
    join(folder, "owing.parquet")
  );
  const log = await logAsParquet(db, scoresFile(workspace, runId), SCORE_LOG, join(folder, "owed.parquet"));
  const others = await otherScores(workspace, runs, runId);
  const known = others ? `select key, scorer_version from ${others.scores} union all ` : "";
  const forecasts: DryRunScorer[] = [];
  for (const {name, version, scorer} of asking) {
    const owed = await db.row<{n: number}>(
      `select count(*)::double as n from (
         select key, status from ${latest(`(select seq, n, key, status from ${journal})`, "n")}
         union all select key, status from ${settled.reusedOf}) c
       where status = 'completed' and key not in (
         select key from (${known}select key, scorer_version from ${log}) where scorer_version = ${sqlString(version)})`
    );
    forecasts.push({
      name,
      model: modelAsked(scorer),
      endpoint: scorer.asks!.name,
      calls: (scorer.callsEach ?? 1) * (newCalls + owed!.n),
      prices: statedPrices({endpoint: scorer.asks!, model: modelAsked(scorer) ?? ""}, expected)
    });
  }
  return forecasts;
}
