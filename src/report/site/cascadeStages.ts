import {
  type CascadeStage,
  confidenceOf,
  type Signal,
  SIGNALS,
  type NamedHosting,
  type HostingModel
} from "../../base/costs/index.js";
import {corpusName} from "../../base/stats/index.js";
import {type RunManifest, type Store, isStaged, type RunCandidate} from "../../base/store/index.js";
import {UserError} from "../../base/validation/index.js";
import {corpusOf} from "../../evals/decisions/index.js";

/** Stages of a cascade from a run's recorded answers, with the sign of confidence that they are told apart by. */
export interface RecordedStages {
  signal: Signal;
  /** Answers asked of each stage but the last to tell their agreement; absent with another sign. */
  repeats?: number;
  stages: CascadeStage[];
  rowIds: string[];
  clusters?: (string | null)[];
}

/**
 * The recorded answers of `names`, the cheapest first, as stages of a cascade: first answers with their primary scores, what the calls cost,
 * and how sure each was. Without `signal` the first of log probabilities, agreement of repeats and length that nine in
 * ten answers have. Throws when a name is not in the run, a score is not between 0 and 1, or a corpus figure
 * decides.
 */
export async function cascadeStages(
  store: Store,
  run: RunManifest,
  names: readonly string[],
  signal?: Signal
): Promise<RecordedStages> {
  const figure = corpusOf(run, run.primaryScorer);
  if (figure)
    throw new UserError(
      `run ${run.id} is decided by ${corpusName(figure)}: the bound on the risk is for the mean of rows' scores. Choose a scorer that goes by it, such as one with level: "sentence" or average: "accuracy", as the primary one.`
    );
  const several = run.variants.length > 1;
  const known = run.candidates.flatMap(({name}) =>
    run.variants.map((variant) => (several ? `${name} · ${variant.name}` : name))
  );
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new UserError(`run ${run.id} has no candidate ${unknown.join(", ")}. It has ${known.join(", ")}.`);
  const items = await store.rows<{row_id: string; cluster: string | null}>(
    "select row_id, cluster from items where run = $run order by position",
    {run: run.id}
  );
  const place = new Map(items.map(({row_id}, i) => [row_id, i]));
  const answers = await stageAnswerRows(store, run, rowsOfCandidates(run, names));
  const byStage = names.map((name) =>
    answers.filter(({candidate, variant}) => (several ? `${candidate} · ${variant}` : candidate) === name)
  );
  const chosen =
    signal ?? SIGNALS.find((one) => byStage.slice(0, -1).every((rows) => mostlyKnown(rows, one)))!;
  return {
    signal: chosen,
    repeats: chosen === "agreement" ? run.repeats : undefined,
    stages: byStage.map((rows, i) =>
      stageOf(names[i]!, rows, {
        place,
        signal: chosen,
        // The last is asked once: nobody comes after it.
        times: chosen === "agreement" && i < names.length - 1 ? run.repeats : 1
      })
    ),
    rowIds: items.map(({row_id}) => row_id),
    clusters: items.some(({cluster}) => cluster !== null) ? items.map(({cluster}) => cluster) : undefined
  };
}

interface StageRow {
  row_id: string;
  candidate: string;
  variant: string;
  outputs: string[];
  logprobs: string | null;
  usd: number | null;
  score: number | null;
}

/** The candidates whose variants are among the names. */
function rowsOfCandidates({candidates, variants}: RunManifest, names: readonly string[]): string[] {
  const named = ({name}: {name: string}) =>
    variants.length > 1
      ? variants.some((variant) => names.includes(`${name} · ${variant.name}`))
      : names.includes(name);
  return candidates.filter(named).map(({name}) => name);
}

/** First answers with all repeats' texts; `usd` is what one call cost. */
async function stageAnswerRows(
  store: Store,
  run: RunManifest,
  candidates: readonly string[]
): Promise<StageRow[]> {
  const {usd} = await store.pricing(run);
  return store.rows<StageRow>(
    `select c.row_id, c.candidate, c.variant, list(coalesce(c.output, '') order by c.repeat) as outputs,
       first(c.logprobs order by c.repeat) as logprobs, avg(c.usd)::double as usd,
       first(s.value order by c.repeat)::double as score
     from (select *, ${usd} as usd from completions) c left join scores s on s.run = c.run and s.row_id = c.row_id and s.candidate = c.candidate
       and s.variant = c.variant and s.repeat = c.repeat and s.scorer = $scorer and s.status = 'scored'
     where c.run = $run and c.status = 'completed' and c.candidate in (select unnest(from_json($names, '["VARCHAR"]'))) group by all`,
    {run: run.id, scorer: run.primaryScorer, names: JSON.stringify(candidates)}
  );
}

function signsOf({outputs: [text = "", ...repeats], logprobs}: StageRow) {
  const tokens = JSON.parse(logprobs ?? "[]") as {logprob: number}[];
  return {text, repeats, logprobs: tokens.map(({logprob}) => logprob)};
}

function mostlyKnown(rows: readonly StageRow[], signal: Signal): boolean {
  const known = rows.filter((row) => confidenceOf(signal, signsOf(row)) !== undefined).length;
  return known >= 0.9 * rows.length;
}

function stageOf(
  name: string,
  rows: readonly StageRow[],
  {place, signal, times}: {place: ReadonlyMap<string, number>; signal: Signal; times: number}
): CascadeStage {
  const empty = () => new Array<number | undefined>(place.size).fill(undefined);
  // A call that failed counts as not billed, as in a run's costs.
  const unbilled = () => new Array<number | undefined>(place.size).fill(0);
  const stage = {name, confidence: empty(), scores: empty(), usd: unbilled(), usdOnce: unbilled()};
  for (const row of rows) {
    const i = place.get(row.row_id);
    if (i === undefined) continue;
    if (row.score !== null && (row.score < 0 || row.score > 1))
      throw new UserError(
        `${name} has a score of ${row.score}: the bound on the risk is for scores from 0 to 1. Choose such a scorer as the primary one.`
      );
    const answers = Math.min(times, row.outputs.length);
    // As when it runs: a row goes on when one of the answers that are asked for fails.
    stage.confidence[i] = answers < times ? undefined : confidenceOf(signal, signsOf(row));
    stage.scores[i] = row.score ?? undefined;
    stage.usdOnce[i] = row.usd ?? undefined;
    stage.usd[i] = row.usd === null ? undefined : row.usd * answers;
  }
  return stage;
}

/** Where the models run that a candidate of several asks; none where an older run does not say it. Undefined for a candidate of one. */
export function hostedModels(candidate: RunCandidate): NamedHosting[] | undefined {
  if (!isStaged(candidate)) return undefined;
  return (candidate.answerers ?? []).map(({name, endpoint, hosting}) => ({
    name,
    hosting: hostingOf(hosting, endpoint)
  }));
}

/** Of what is not known, the most that may leave. */
function hostingOf(hosting: string | undefined, endpoint: string | undefined): HostingModel {
  if (hosting === "on-prem" || hosting === "edge" || hosting === "cloud") return {kind: hosting};
  return {kind: "api", provider: endpoint};
}
