import {scoreTable, summariesOf, writerOf, scaleOf} from "../../../evals/decisions/index.js";
import type {RunManifest, Store} from "../../../base/store/index.js";
import {oneLine} from "../../../base/validation/lineText.js";
import {table} from "../../terminal/terminal.js";

const LONGEST = 200;

/** What scorers beside the deciding one say: their means; and the reason that a scorer gave for its lowest score. Undefined without any. */
export async function otherScorersText(store: Store, run: RunManifest): Promise<string | undefined> {
  const others = run.scorers.filter(({name}) => name !== run.primaryScorer);
  const rows: {scorer: string; candidate: string; mean?: string; interval?: string; scored: string}[] = [];
  for (const {name} of others) {
    const scores = await scoreTable(store, run.id, name);
    const {number} = writerOf(scaleOf(scores.values));
    const summaries = summariesOf(scores);
    if (scores.values.every((own) => own.every((value) => value === undefined))) continue;
    for (const {candidate, mean, low, high, scored, planned} of summaries)
      rows.push({
        scorer: name,
        candidate,
        mean: mean === undefined ? undefined : number(mean),
        interval: low === undefined ? undefined : `${number(low)} to ${number(high!)}`,
        scored: `${scored}/${planned}`
      });
  }
  const said: string[] = [];
  for (const {name} of run.scorers) said.push(...(await wordsOf(store, run, name)));
  if (rows.length === 0) return said.length > 0 ? said.join("\n") : undefined;
  const listed = table(rows, [
    {title: "other scorer", text: "name", value: ({scorer}) => scorer},
    {title: "candidate", text: "name", value: ({candidate}) => candidate},
    {title: "mean", align: "right", value: ({mean}) => mean},
    {title: "95% interval", value: ({interval}) => interval},
    {title: "scored", align: "right", value: ({scored}) => scored}
  ]);
  return [listed, ...said].join("\n");
}

async function wordsOf(store: Store, run: RunManifest, scorer: string): Promise<string[]> {
  const found = await store.row<{row: string; candidate: string; words: string}>(
    `select row_id as row, candidate, coalesce((details->>'reason'), (details->>'reasoning'), (details->>'explanation')) as words
     from scores where run = $run and scorer = $scorer and status = 'scored' and words is not null order by value, row_id, candidate limit 1`,
    {run: run.id, scorer}
  );
  if (!found) return [];
  const words = oneLine(found.words);
  const cut = words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words;
  return [`${scorer} on ${found.candidate}, row ${found.row} (its lowest score): ${cut}`];
}
