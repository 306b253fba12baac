import {type ScoreTable, tableAsIn} from "../../evals/decisions/index.js";
import {baselineRun} from "../../evals/races/index.js";
import {type RunManifest, sqlString, type Store} from "../../base/store/index.js";
import type {RowChange, RowChanges, ShownText} from "./detailTypes.js";
import {publishedExpected} from "./publisher.js";
import {rowAnswers} from "./rowQueries.js";
import {type RunTexts, runTexts} from "./runTexts.js";

/** Rows of each kind that a page lists. */
const MOST_OF_A_KIND = 200;

type BareChange = Pick<RowChange, "row" | "candidate" | "kind" | "before" | "now">;

/** The rows that a run scores otherwise than the complete run before it, with both answers; null when there is none before. */
export async function rowChanges(store: Store, run: RunManifest): Promise<RowChanges | null> {
  const before = await baselineRun(store, run, "previous");
  if (!before) return null;
  const changed = changedScores(
    await tableAsIn(store, run.id, run),
    await tableAsIn(store, before.id, run)
  ).sort((a, b) => sizeOf(b) - sizeOf(a));
  const counts: RowChanges["counts"] = {worse: 0, better: 0, failed: 0};
  const listed = changed.filter(({kind}) => ++counts[kind] <= MOST_OF_A_KIND);
  return {
    before: {id: before.id, sealedAt: before.sealedAt},
    rows: await withAnswers(store, run, {before, listed}),
    counts
  };
}

/** A row that failed lost its whole score. */
const sizeOf = ({before, now = 0}: BareChange) => Math.abs(now - before);

function changedScores(now: ScoreTable, before: ScoreTable): BareChange[] {
  const places = new Map(before.rowIds.map((id, row) => [id, row]));
  return now.candidates.flatMap((candidate, c) => {
    const earlier = before.values[before.candidates.indexOf(candidate)];
    if (!earlier) return [];
    return now.rowIds.flatMap((row, i): BareChange[] => {
      const was = earlier[places.get(row) ?? -1];
      const score = now.values[c]![i];
      if (was === undefined || score === was) return [];
      const kind = score === undefined ? "failed" : score < was ? "worse" : "better";
      return [{row, candidate, kind, before: was, now: score}];
    });
  });
}

async function withAnswers(
  store: Store,
  run: RunManifest,
  {before, listed}: {before: RunManifest; listed: readonly BareChange[]}
): Promise<RowChange[]> {
  if (listed.length === 0) return [];
  const texts = await runTexts(store, run);
  const among = `row_id in (${[...new Set(listed.map(({row}) => row))].map(sqlString).join(", ")})`;
  const items = await store.rows<{row_id: string; expected: string | null}>(
    `select row_id, expected from items where run = $run and ${among}`,
    {run: run.id}
  );
  const expected = new Map(items.map((item) => [item.row_id, item.expected]));
  const answersNow = await storedTexts(store, run, {among, texts});
  const answersBefore = await storedTexts(store, before, {among, texts});
  const rows = listed.map((change): RowChange => ({
    ...change,
    expected: texts.show(publishedExpected(expected.get(change.row) ?? null)),
    answerBefore: answersBefore(change),
    answerNow: answersNow(change)
  }));
  await texts.save();
  return rows;
}

/** The first answer of a run's candidate to a row, or why there is none. */
async function storedTexts(
  store: Store,
  run: RunManifest,
  {among, texts}: {among: string; texts: RunTexts}
): Promise<(of: BareChange) => ShownText | undefined> {
  const answers = await rowAnswers(store, run, among, texts.reasons);
  return ({row, candidate}) => {
    const own = answers.get(row)?.find((one) => one.candidate === candidate && one.repeat === 0);
    if (own?.failed !== undefined) return {text: own.failed};
    return own && (texts.show(own.output) ?? texts.show(own.toolCalls));
  };
}
