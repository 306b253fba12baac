import {confidenceOf} from "../../base/costs/index.js";
import {scaleOf, scoreTable, type ScoreTable} from "../../evals/decisions/index.js";
import {type MaskExcerpt, openExcerptCache} from "../../data/privacy/index.js";
import type {Publishing, RunManifest, Store} from "../../base/store/index.js";
import type {ArrowColumn} from "./arrowFile.js";
import {judgeColumns} from "./judgeColumns.js";
import {publishedExpected, publishedClasses, type Publish, publisher} from "./publisher.js";
import {publishingOf} from "./publishing.js";
import {OTHER, type RowsMetadata} from "./rowFiles.js";
import {shownGroups, shownSlices} from "./shownGroups.js";
import {firstMasked, type ShownReasons, shownReasons, withKeptReasons} from "./shownReasons.js";

/** A run's rows as far as pages may show them, in the run's order. */
export interface PublishedRows extends Pick<RowsMetadata, "candidates" | "baseline" | "scorers"> {
  rowIds: string[];
  /** As `shownGroups` names them. */
  clusters: (string | null)[];
  excerpts: (string | null)[];
  expected: (string | null)[];
  /** By slice, as `shownSlices` names them. */
  slices: Map<string, (string | null)[]>;
  /** By scorer, then by candidate. */
  scores: Map<string, Map<string, ArrowColumn>>;
  /** By scorer with a corpus figure, then by candidate: its counts as JSON, labels by their number. */
  counts: Map<string, Map<string, ArrowColumn>>;
  /**
   * By candidate; a label as it is, free text only of rows whose excerpt the eval publishes, masked and cut. `OTHER` where
   * labels are expected and the answer is none and not published.
   */
  answers: Map<string, (string | null)[]>;
  /** A scorer read labels from answers. */
  predicts: boolean;
  failures: Map<string, (string | null)[]>;
  /** The geometric mean of an answer's token probabilities, of candidates that told them. */
  confidence: Map<string, (number | null)[]>;
  /** As `judgeColumns` gives them; without a judge none. */
  judges: Record<string, ArrowColumn>;
}

const LONGEST = 300;
/** Longer texts are cut before they are looked through. */
const MOST_READ = 4 * LONGEST;

interface Item {
  row_id: string;
  cluster: string | null;
  expected: string | null;
  slices: string | null;
  excerpt: string | null;
}

/** Reads a run's rows, scores and answers from the store. */
export async function publishedRows(store: Store, run: RunManifest): Promise<PublishedRows> {
  const publishing = await publishingOf(store, run);
  const stored = await store.rows<Item>(
    "select row_id, cluster, expected, slices, excerpt from items where run = $run order by position",
    {run: run.id}
  );
  const kept = await openExcerptCache(store.workspace, `masked-answers-${run.id}`);
  const items = stored.map((item) => ({
    ...item,
    excerpt: shownExcerpt(item, {run, now: publishing, mask: kept.mask})
  }));
  const wanted = items.map((item) => publishedExpected(item.expected));
  const labels = publishedClasses(wanted);
  const publish = publisher(wanted, labels, kept.mask);
  const slices = items.map((item) => JSON.parse(item.slices ?? "{}") as Record<string, unknown>);
  const groupName = await shownGroups(store, run, publishing);
  const sliceName = await shownSlices(store, run, publishing);
  const rowIds = items.map((item) => item.row_id);
  const scored = await publishedScores(store, run);
  const answered: Publish = (text, excerpt) =>
    publish(text, excerpt) ?? (text !== null && labels.size > 0 ? OTHER : null);
  const given = await withKeptReasons(store.workspace, (mask) =>
    publishedAnswers(store, run, items, {
      candidates: scored.candidates,
      publish: answered,
      reasons: shownReasons(publishing, firstMasked(mask))
    })
  );
  const expected = items.map((item, i) => publish(wanted[i]!, item.excerpt));
  await kept.save();
  return {
    ...scored,
    ...given,
    rowIds,
    clusters: items.map((item) => groupName(item.cluster)),
    excerpts: items.map((item) => item.excerpt),
    expected,
    slices: new Map(
      run.slices.map((name) => [
        name,
        slices.map((row) => (row[name] == null ? null : sliceName(name, String(row[name]))))
      ])
    ),
    judges: run.scorers.some(({judge}) => judge)
      ? await judgeColumns(store, run, {candidates: scored.candidates, rowIds})
      : {}
  };
}

/** The excerpt was sealed as rows were published then, which may be less strictly than they are now. */
function shownExcerpt(
  {excerpt}: Item,
  {run, now, mask}: {run: RunManifest; now: Publishing; mask: MaskExcerpt}
): string | null {
  if (excerpt === null || now === "ids") return null;
  return run.publish === "text" && now === "masked" ? mask(excerpt.slice(0, MOST_READ), LONGEST) : excerpt;
}

async function publishedScores(
  store: Store,
  run: RunManifest
): Promise<Pick<PublishedRows, "candidates" | "baseline" | "scorers" | "scores" | "counts">> {
  let candidates: string[] = [];
  let baseline: string | undefined;
  const scorers: PublishedRows["scorers"] = [];
  const scores: PublishedRows["scores"] = new Map();
  const counts: PublishedRows["counts"] = new Map();
  for (const {name, judge, human} of run.scorers) {
    const table = await scoreTable(store, run.id, name);
    ({candidates: candidates, baseline} = table);
    const kind = table.binary ? "yes or no" : "numbers";
    scorers.push({
      name,
      binary: table.binary,
      scale: scaleOf(table.values),
      half: halfOf(table),
      judge: judge ? true : undefined,
      human: human ? true : undefined,
      corpus: table.corpus?.figure
    });
    if (table.corpus) counts.set(name, countColumns(candidates, table.corpus));
    scores.set(
      name,
      new Map(
        candidates.map((candidate, c): [string, ArrowColumn] => [
          candidate,
          {kind, values: table.values[c]!.map((value) => value ?? null)}
        ])
      )
    );
  }
  return {candidates, baseline, scorers, scores, counts};
}

/** The middle of the range that scores can have. */
function halfOf({values, bounds: [low, high] = [-Infinity, Infinity]}: ScoreTable): number | undefined {
  if (scaleOf(values) === "proportion") return 0.5;
  const half = (low + high) / 2;
  return Number.isFinite(half) ? half : undefined;
}

/** A label stands as the number of the expected one that it is, and as nothing where no row expects it. */
function countColumns(
  candidates: readonly string[],
  {counts}: NonNullable<ScoreTable["corpus"]>
): Map<string, ArrowColumn> {
  const numbers = new Map<unknown, string>();
  for (const own of counts.flat()) {
    const first = own?.[0];
    if (typeof first === "string" && !numbers.has(first)) numbers.set(first, String(numbers.size));
  }
  const shown = (one: string | number) => (typeof one === "string" ? (numbers.get(one) ?? "") : one);
  return new Map(
    candidates.map((candidate, c) => [
      candidate,
      {
        kind: "texts",
        values: counts[c]!.map((own) => (own ? JSON.stringify([...own].map(shown)) : null))
      }
    ])
  );
}

async function publishedAnswers(
  store: Store,
  run: RunManifest,
  items: readonly Item[],
  {candidates, publish, reasons}: {candidates: readonly string[]; publish: Publish; reasons: ShownReasons}
): Promise<Pick<PublishedRows, "answers" | "failures" | "confidence" | "predicts">> {
  const position = new Map(items.map((item, i) => [item.row_id, i]));
  const empty = () =>
    new Map(candidates.map((name) => [name, new Array<string | null>(items.length).fill(null)]));
  const answers = empty();
  const failures = empty();
  const confidence = new Map<string, (number | null)[]>();
  let predicts = false;
  const query = `select c.row_id, c.candidate, c.variant, c.status, c.reason, c.reason_kind, c.output, c.logprobs,
      s.details, s.status as score_status, s.reason as score_reason
    from completions c left join scores s on s.run = c.run and s.row_id = c.row_id and s.candidate = c.candidate
      and s.variant = c.variant and s.repeat = c.repeat and s.scorer = $scorer
    where c.run = $run and c.repeat = 0`;
  for await (const batch of store.batches<AnswerRow>(query, {run: run.id, scorer: run.primaryScorer}))
    for (const row of batch) {
      const name = run.variants.length > 1 ? `${row.candidate} · ${row.variant}` : row.candidate;
      const i = position.get(row.row_id);
      if (i === undefined) continue;
      if (row.status === "failed") failures.get(name)![i] = reasons.ofCall(row.reason, row.reason_kind);
      else if (row.score_status === "failed") failures.get(name)![i] = reasons.ofScore(row.score_reason);
      const label = predicted(row.details);
      predicts ||= label !== undefined;
      answers.get(name)![i] = publish(label ?? row.output, items[i]!.excerpt);
      const sure = sureness(row);
      if (sure === undefined) continue;
      if (!confidence.has(name)) confidence.set(name, new Array<number | null>(items.length).fill(null));
      confidence.get(name)![i] = sure;
    }
  return {answers, failures, confidence, predicts};
}

interface AnswerRow {
  row_id: string;
  candidate: string;
  variant: string;
  status: string;
  reason: string | null;
  reason_kind: string | null;
  output: string | null;
  logprobs: string | null;
  details: string | null;
  score_status: string | null;
  score_reason: string | null;
}

function sureness({logprobs, output}: AnswerRow): number | undefined {
  if (logprobs === null) return undefined;
  const tokens = JSON.parse(logprobs) as {logprob: number}[];
  return confidenceOf("logprobs", {text: output ?? "", logprobs: tokens.map(({logprob}) => logprob)});
}

function predicted(details: string | null): string | undefined {
  const found = (JSON.parse(details ?? "null") as {predicted?: unknown} | null)?.predicted;
  return typeof found === "string" ? found : undefined;
}
