import type {ReportTable} from "./reportTable.js";

/** What is known of every run beside the scores of its rows: its record, prices, and judges' failures. */
export const RUN_TABLES: readonly ReportTable[] = [
  {
    name: "sealed_runs",
    about: "every sealed run, older ones too",
    columns: {
      run: "varchar",
      eval: "varchar",
      split: "varchar",
      status: "varchar",
      planned: "double",
      completed: "double",
      failed: "double",
      cost_usd: "double",
      unpriced_calls: "double",
      scorer_calls: "double",
      scorers_cost_usd: "double",
      code: "varchar",
      sealed_at: "varchar"
    },
    lines: ({runs}) =>
      runs.runs.map(({id, eval: name, split, status, counts, code, sealedAt, ...one}) => [
        ...[id, name, split.name, status, counts.planned, counts.completed, counts.failed],
        ...[one.costUsd, one.unpricedCalls, one.scorerCalls?.calls, one.scorerCalls?.costUsd],
        ...[code.revision, sealedAt]
      ])
  },
  {
    name: "run_candidates",
    about: "every candidate of every sealed run as it was asked: identity and parameters as JSON",
    columns: {
      run: "varchar",
      candidate: "varchar",
      model: "varchar",
      baseline: "boolean",
      endpoint: "varchar",
      endpoint_kind: "varchar",
      hosting: "varchar",
      identity: "varchar",
      parameters: "varchar",
      price: "varchar"
    },
    lines: ({runs}) =>
      runs.runs.flatMap(({id, candidates}) =>
        candidates.map((one) => [
          ...[id, one.name, one.model, one.baseline, one.endpoint, one.endpointKind, one.hosting],
          ...[
            JSON.stringify(one.identity),
            JSON.stringify(one.params),
            one.price && JSON.stringify(one.price)
          ]
        ])
      )
  },
  {
    name: "run_scorers",
    about: "the scorers of every sealed run with the version of their code",
    columns: {
      run: "varchar",
      scorer: "varchar",
      version: "varchar",
      yes_or_no: "boolean",
      decides: "boolean"
    },
    lines: ({runs}) =>
      runs.runs.flatMap(({id, scorers, primaryScorer}) =>
        scorers.map(({name, version, binary}) => [id, name, version, binary, name === primaryScorer])
      )
  },
  {
    name: "prices",
    about: "the price of tokens that each candidate is billed with, in US dollars per million",
    columns: {
      run: "varchar",
      candidate: "varchar",
      model: "varchar",
      input: "double",
      cached: "double",
      output: "double",
      as_of: "varchar",
      source: "varchar"
    },
    lines: ({costs}) =>
      costs.flatMap(({run, prices}) =>
        prices.map((one) => [
          ...[run, one.candidate, one.model, one.inputUsdPerMillion, one.cachedInputUsdPerMillion],
          ...[one.outputUsdPerMillion, one.asOf, one.source]
        ])
      )
  },
  {
    name: "side_calls",
    about: "what each model was asked beside the rows, by scorers and before the first row, in US dollars",
    columns: {
      run: "varchar",
      asked_by: "varchar",
      endpoint: "varchar",
      model: "varchar",
      answers: "double",
      cost_usd: "double",
      untold: "double",
      unpriced: "double",
      estimated: "double",
      estimated_usd: "double"
    },
    lines: ({costs}) =>
      costs.flatMap(({run, beside}) =>
        beside.map(({by, endpoint, model, answers, usd, untold, unpriced, estimated}) => [
          ...[run, by, endpoint, model, answers, usd, untold, unpriced],
          ...[estimated?.answers, estimated?.usd]
        ])
      )
  },
  {
    name: "score_failures",
    about: "why answers have no score by a judge",
    columns: {run: "varchar", scorer: "varchar", reason: "varchar", times: "double"},
    lines: ({verdicts}) =>
      verdicts.runs.flatMap(({id, scorers}) =>
        scorers.flatMap(({name, failures = []}) =>
          failures.map(({reason, count}) => [id, name, reason, count])
        )
      )
  }
];
