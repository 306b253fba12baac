import {aligned, clustersOf, decidingValues} from "../../decisions/columns.js";
import {corpusOf, overRepeats, scoreTable, type ScoreTable} from "../../decisions/index.js";
import {corpusName, mean, pairedDifference} from "../../../base/stats/index.js";
import {UserError} from "../../../base/validation/index.js";
import type {RunManifest, Store} from "../../../base/store/index.js";

/** Sealed runs, the newest first; those that were archived only when asked for. */
export async function listRuns(store: Store, options?: {archived?: boolean}): Promise<RunManifest[]> {
  return (await store.runs(options)).reverse();
}

/** Two runs side by side; differences are `b` minus `a`, so that a positive one is a gain. */
export interface RunComparison {
  a: string;
  b: string;
  /** The scorer both were measured with, primary in `b`. */
  scorer: string;
  /** What means and differences are of, where that is no mean of rows: "corpus BLEU". */
  figure?: string;
  /** What was not the same: data version, split, prompts, scorers, code, and so on. */
  changed: {what: string; a: string; b: string}[];
  rows: {a: number; b: number; shared: number};
  candidates: CandidateComparison[];
}

export interface CandidateComparison {
  candidate: string;
  variant: string;
  /** Absent when the run does not have this candidate with this prompt. */
  a?: CandidateFigures;
  b?: CandidateFigures;
  /** On the rows scored in both, with a 95 % interval; absent below two such rows. */
  /** Over the `rows` that both scored; `meanA` and `meanB` are the means over these rows, so that they differ by the estimate. */
  difference?: {
    estimate: number;
    low: number;
    high: number;
    p: number;
    rows: number;
    meanA: number;
    meanB: number;
    method: string;
  };
  /** Rows scored higher and lower in `b`. */
  improved: number;
  worsened: number;
  /** Shared rows whose output is not the same text (first repeat). */
  outputsChanged: number;
  /** The rows that improved or worsened, those that changed most first. */
  changedRows: ChangedRow[];
}

/** A row with its scores in both runs, and its answers of the first repeat. */
export interface ChangedRow {
  row: string;
  a: number;
  b: number;
  /** `b` minus `a`. */
  difference: number;
  outputA?: string;
  outputB?: string;
}

export interface CandidateFigures {
  scored: number;
  failed: number;
  /** Undefined when nothing was scored. */
  mean?: number;
  /** Undefined when the cost of an answer is not known. */
  costUsd?: number;
  medianLatencyMs?: number;
}

/** Compares two sealed runs row by row. Throws UserError when they have no scorer or no row in common. */
export async function compareRuns(store: Store, a: string, b: string): Promise<RunComparison> {
  const runs = await store.runs({archived: true});
  const [first, second] = [a, b].map((id) => {
    const run = runs.find((one) => one.id === id);
    if (!run) throw new UserError(`the store has no run ${id}. \`assay runs\` lists them.`);
    return run;
  }) as [RunManifest, RunManifest];
  const has = (run: RunManifest, name: string) => run.scorers.some((scorer) => scorer.name === name);
  const scorer = [second.primaryScorer, first.primaryScorer, ...second.scorers.map(({name}) => name)].find(
    (name) => has(first, name) && has(second, name)
  );
  if (scorer === undefined)
    throw new UserError(`${a} and ${b} share no scorer, so their scores cannot be compared.`);
  const rows = (await store.row<RunComparison["rows"]>(
    `select (select count(*) from items where run = $a)::double as a, (select count(*) from items where run = $b)::double as b,
       (select count(*) from items x semi join (select row_id from items where run = $b) y using (row_id) where x.run = $a)::double as shared`,
    {a, b}
  ))!;
  if (rows.shared === 0)
    throw new UserError(
      `${a} (${first.dataset.name}) and ${b} (${second.dataset.name}) have no row in common.`
    );
  const figure = corpusOf(second, scorer);
  const tables = figure && {
    before: await scoreTable(store, a, scorer, figure),
    after: await scoreTable(store, b, scorer, figure)
  };
  const candidates: CandidateComparison[] = [];
  const [one, other] = [await priced(store, first), await priced(store, second)];
  for (const {candidate, variant} of pairsOf(first, second))
    candidates.push(await compareCandidate(store, {a: one, b: other, scorer, candidate, variant, tables}));
  return {
    a,
    b,
    scorer,
    figure: figure && corpusName(figure),
    changed: changesOf(first, second),
    rows,
    candidates
  };
}

interface ComparableRun {
  id: string;
  repeats: number;
  /** SQL for the US dollars of a completion. */
  usd: string;
}

async function priced(store: Store, run: RunManifest): Promise<ComparableRun> {
  return {id: run.id, repeats: run.repeats, usd: (await store.pricing(run)).usd};
}

interface RunPair {
  a: ComparableRun;
  b: ComparableRun;
  scorer: string;
  candidate: string;
  variant: string;
  /** Of both runs, where a corpus figure decides. */
  tables?: {before: ScoreTable; after: ScoreTable};
}

async function compareCandidate(store: Store, pair: RunPair): Promise<CandidateComparison> {
  const {a, b, scorer, candidate, variant} = pair;
  const before: (number | undefined)[] = [];
  const after: (number | undefined)[] = [];
  const clusters: string[] = [];
  let outputsChanged = 0;
  const scores = (name: "a" | "b", of: ComparableRun) =>
    `(select row_id, ${overRepeats("avg", "value", of)}::double as value from scores where run = $${name} and scorer = $scorer and candidate = $candidate
      and variant = $variant and status = 'scored' group by row_id)`;
  const outputs = (run: string) =>
    `(select row_id, output from completions where run = ${run} and candidate = $candidate and variant = $variant and repeat = 0 and status = 'completed')`;
  const changedRows: ChangedRow[] = [];
  const query = `select i.row_id as row, coalesce(i.cluster, 'row:' || i.row_id) as cluster, x.value as a, y.value as b, coalesce(o.output <> p.output, false) as changed,
      case when x.value <> y.value then o.output end as "outputA", case when x.value <> y.value then p.output end as "outputB"
    from items i left join ${scores("a", a)} x using (row_id) left join ${scores("b", b)} y using (row_id)
    left join ${outputs("$a")} o using (row_id) left join ${outputs("$b")} p using (row_id)
    where i.run = $b order by i.position`;
  for await (const batch of store.batches<{
    row: string;
    cluster: string;
    a: number | null;
    b: number | null;
    changed: boolean;
    outputA: string | null;
    outputB: string | null;
  }>(query, {a: a.id, b: b.id, scorer, candidate, variant}))
    for (const row of batch) {
      before.push(row.a ?? undefined);
      after.push(row.b ?? undefined);
      clusters.push(row.cluster);
      if (row.changed) outputsChanged++;
      if (row.a !== null && row.b !== null && row.a !== row.b)
        changedRows.push({
          row: row.row,
          a: row.a,
          b: row.b,
          difference: row.b - row.a,
          outputA: row.outputA ?? undefined,
          outputB: row.outputB ?? undefined
        });
    }
  changedRows.sort((one, other) => Math.abs(other.difference) - Math.abs(one.difference));
  const clustered = clusters.some((cluster) => !cluster.startsWith("row:"));
  const byRow = pairedDifference(after, before, clustered ? {clusters} : {});
  const found = pair.tables ? corpusDifference(pair.tables, pair) : byRow;
  const [of, now] = [
    await candidateFigures(store, a, pair, pair.tables?.before),
    await candidateFigures(store, b, pair, pair.tables?.after)
  ];
  return {
    candidate,
    variant,
    a: of,
    b: now,
    difference: found
      ? {
          estimate: found.estimate,
          low: found.low,
          high: found.high,
          p: found.p,
          rows: found.n,
          meanA: found.meanSecond,
          meanB: found.meanFirst,
          method: found.method
        }
      : undefined,
    improved: byRow?.wins ?? 0,
    worsened: byRow?.losses ?? 0,
    outputsChanged,
    changedRows
  };
}

function corpusDifference({before, after}: NonNullable<RunPair["tables"]>, pair: RunPair) {
  const column = (table: ScoreTable) => ({table, candidate: nameIn(table, pair)});
  const [now, was] = aligned([column(after), column(before)]);
  return pairedDifference(now!, was!, {clusters: clustersOf(after)});
}

/** What a table calls a candidate with a prompt: a run with one prompt names the candidate alone. */
function nameIn(
  {candidates: candidates}: ScoreTable,
  {candidate, variant}: Pick<RunPair, "candidate" | "variant">
): string {
  const both = `${candidate} · ${variant}`;
  return candidates.includes(both) ? both : candidate;
}

async function candidateFigures(
  store: Store,
  {id, usd}: ComparableRun,
  {scorer, candidate, variant}: RunPair,
  table?: ScoreTable
): Promise<CandidateFigures | undefined> {
  const found = await store.row<{
    ended: number;
    failed: number;
    scored: number;
    mean: number | null;
    cost: number | null;
    unpriced: number;
    latency: number | null;
  }>(
    `select count(*)::double as ended, count(*) filter (c.status = 'failed')::double as failed, count(s.value)::double as scored,
       avg(s.value order by c.row_id, c.repeat)::double as mean, sum(c.usd order by c.row_id, c.repeat) filter (c.status = 'completed')::double as cost,
       count(*) filter (c.status = 'completed' and c.usd is null)::double as unpriced, median(c.latency_ms)::double as latency
     from (select *, ${usd} as usd from completions where run = $run and candidate = $candidate and variant = $variant) c
     left join (select * from scores where run = $run and scorer = $scorer and status = 'scored') s using (row_id, candidate, variant, repeat)`,
    {run: id, scorer, candidate, variant}
  );
  if (!found || found.ended === 0) return undefined;
  return {
    scored: found.scored,
    failed: found.failed,
    mean: table
      ? mean(decidingValues(table, nameIn(table, {candidate, variant})))
      : (found.mean ?? undefined),
    costUsd: found.cost === null || found.unpriced > 0 ? undefined : found.cost,
    medianLatencyMs: found.latency === null ? undefined : found.latency
  };
}

/** Every candidate with every prompt of either run, those of `b` first. */
function pairsOf(a: RunManifest, b: RunManifest): {candidate: string; variant: string}[] {
  const found = new Map<string, {candidate: string; variant: string}>();
  for (const run of [b, a])
    for (const {name: candidate} of run.candidates)
      for (const {name: variant} of run.variants)
        found.set(`${candidate}\u0000${variant}`, {candidate, variant});
  return [...found.values()];
}

function changesOf(a: RunManifest, b: RunManifest): RunComparison["changed"] {
  const says = (run: RunManifest): [string, string][] => [
    ["eval", run.eval],
    ["dataset", `${run.dataset.name}@${run.dataset.version}`],
    ["split", `${run.split.name} ${run.split.id}, ${run.split.part} part`],
    ...run.candidates.map((one): [string, string] => [
      `candidate ${one.name}`,
      `${one.model} at ${one.endpoint} ${JSON.stringify({...one.identity, ...one.params})}`
    ]),
    ...run.variants.map((one): [string, string] => [`prompt ${one.name}`, one.sha256.slice(0, 12)]),
    ...run.scorers.map((one): [string, string] => [`scorer ${one.name}`, one.version.slice(0, 12)]),
    ["repeats", String(run.repeats)],
    ["limit", run.limit === undefined ? "none" : String(run.limit)],
    ["code", `${run.code.assay}${run.code.revision ? ` ${run.code.revision.slice(0, 12)}` : ""}`]
  ];
  const [first, second] = [new Map(says(a)), new Map(says(b))];
  return [...new Set([...first.keys(), ...second.keys()])]
    .map((what) => ({what, a: first.get(what) ?? "absent", b: second.get(what) ?? "absent"}))
    .filter((one) => one.a !== one.b);
}
