import {type RunManifest, sqlString, type Store} from "../../base/store/index.js";
import {DETAILS_PER_FILE, MOST_DETAILED} from "./detailFiles.js";
import type {AnswerDetail, DetailFile, KnownFrom, RowDetail} from "./detailTypes.js";
import {knownFromTraining} from "./knownFromTraining.js";
import {publishedExpected} from "./publisher.js";
import {rowAnswers, historyOf, storedPrompts} from "./rowQueries.js";
import {type ShownGroup, shownGroups, type ShownSlice, shownSlices} from "./shownGroups.js";
import {type RunTexts, runTexts} from "./runTexts.js";

/** Rows: what asking takes hardly depends on how many are asked about. */
const READ_AT_ONCE = 5 * DETAILS_PER_FILE;

/**
 * Ids of the rows of which pages show texts, those on which the candidates' primary scores differ most first, then in the
 * run's order.
 */
export async function detailedRows(store: Store, run: RunManifest): Promise<string[]> {
  const rows = await store.rows<{row_id: string}>(
    `select i.row_id from items i left join (
       select row_id, var_pop(value) as spread from scores
       where run = $run and scorer = $scorer and status = 'scored' group by row_id) s using (row_id)
     where i.run = $run order by round(coalesce(s.spread, 0), 9) desc, i.position limit ${MOST_DETAILED}`,
    {run: run.id, scorer: run.primaryScorer}
  );
  return rows.map(({row_id}) => row_id);
}

/**
 * The details of the rows of `detailedRows`, file by file. Texts are as the eval and its dataset publish them: masked unless
 * they say otherwise, none for "ids"; labels always, groups and slices as `shownGroups` and `shownSlices` name them, and failures' reasons as `shownReasons` has them. A run without rows has one empty file.
 */
export async function* rowDetails(store: Store, id: string): AsyncGenerator<DetailFile> {
  const run = (await store.runs({archived: true})).find((one) => one.id === id);
  if (!run) throw new Error(`no such run: ${id}`);
  const texts = await runTexts(store, run);
  const ids = await detailedRows(store, run);
  const shown = {
    texts,
    training: await knownFromTraining(store, run, ids, texts.show),
    groupName: await shownGroups(store, run, texts.publish),
    sliceName: await shownSlices(store, run, texts.publish)
  };
  for (let from = 0; from === 0 || from < ids.length; from += READ_AT_ONCE) {
    const rows = await detailsOf(store, run, ids.slice(from, from + READ_AT_ONCE), shown);
    for (let at = 0; at === 0 || at < rows.length; at += DETAILS_PER_FILE)
      yield {run: id, rows: rows.slice(at, at + DETAILS_PER_FILE)};
  }
  await texts.save();
}

async function detailsOf(
  store: Store,
  run: RunManifest,
  ids: readonly string[],
  {
    texts: {show, reasons},
    training,
    groupName,
    sliceName
  }: {
    texts: RunTexts;
    training: ReadonlyMap<string, KnownFrom[]>;
    groupName: ShownGroup;
    sliceName: ShownSlice;
  }
): Promise<RowDetail[]> {
  if (ids.length === 0) return [];
  const among = `row_id in (${ids.map(sqlString).join(", ")})`;
  const items = await store.rows<{
    row_id: string;
    position: number;
    cluster: string | null;
    expected: string | null;
    slices: string | null;
  }>(
    `select row_id, position::double as position, cluster, expected, slices from items where run = $run and ${among}`,
    {run: run.id}
  );
  const prompts = await storedPrompts(store, run, among);
  const answers = await rowAnswers(store, run, among, reasons);
  const history = await historyOf(store, run, among);
  const byId = new Map(items.map((item) => [item.row_id, item]));
  return ids.flatMap((id): RowDetail[] => {
    const item = byId.get(id);
    if (!item) return [];
    return [
      {
        id,
        position: item.position,
        cluster: groupName(item.cluster) ?? undefined,
        expected: show(publishedExpected(item.expected)),
        slices: shownValues(item.slices, sliceName),
        training: training.get(id),
        prompts: (prompts.get(id) ?? []).map(({variant, messages}) => ({
          variant,
          messages: shownMessages(messages, show),
          none: messages ? undefined : true
        })),
        answers: (answers.get(id) ?? []).map(({output, toolCalls, scores, ...answer}): AnswerDetail => ({
          ...answer,
          output: show(output),
          toolCalls: show(toolCalls),
          scores: scores.map(({details, ...score}) => ({...score, details: show(details)}))
        })),
        history: history.get(id) ?? []
      }
    ];
  });
}

function shownValues(slices: string | null, name: ShownSlice): RowDetail["slices"] {
  const own = Object.entries(JSON.parse(slices ?? "{}") as Record<string, unknown>);
  return Object.fromEntries(own.map(([slice, value]) => [slice, name(slice, String(value))]));
}

function shownMessages(
  messages: {role: string; content: string}[] | undefined,
  show: RunTexts["show"]
): RowDetail["prompts"][number]["messages"] {
  const shown = messages?.flatMap(({role, content}) => {
    const text = show(content);
    return text ? [{role, ...text}] : [];
  });
  return shown && shown.length > 0 ? shown : undefined;
}
