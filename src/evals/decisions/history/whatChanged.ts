import type {RunManifest, Store} from "../../../base/store/index.js";
import {expectedChange, expectedText} from "./expectedChange.js";
import {areRequestsKnown, requestChange, recordedSourceChange} from "./recordChanges.js";

/** Something that is not the same in two runs. */
export interface ChangeBetweenRuns {
  /**
   * code: what the project asked or how it scored. model: what the server says it answers with. data: the content of rows, or the
   * files that results come from. rows: rows that only one of the runs has, which explain no difference on those that both have.
   */
  kind: "code" | "model" | "data" | "rows";
  /** In words: "the prompt". */
  what: string;
}

/**
 * What changed between two runs for one candidate ("candidate · variant" where there are several prompts), looking at the
 * rows that both have: their content, what was expected of them, the requests that were made about them, the scorer, and the model and fingerprint
 * that the server named; and at which rows only one has. Of results of other tools, whose requests are not known, it looks at the
 * files. Empty when nothing known did.
 */
export async function whatChanged(
  store: Store,
  before: RunManifest,
  now: RunManifest,
  candidate: string
): Promise<ChangeBetweenRuns[]> {
  const [name, variant] = candidateAndVariant(now, candidate);
  const parameters = {before: before.id, now: now.id, candidate: name, variant};
  const changes: ChangeBetweenRuns[] = [];
  const source = recordedSourceChange(before, now);
  if (source) changes.push({kind: "data", what: source});
  if (areRequestsKnown(before, now) && (await asksOther(store, parameters)))
    changes.push({kind: "code", what: requestChange(before, now, name, variant)});
  const scorer = (run: RunManifest) => run.scorers.find((one) => one.name === run.primaryScorer)?.version;
  if (scorer(before) !== scorer(now)) changes.push({kind: "code", what: `the scorer ${now.primaryScorer}`});
  const expected = await expectedChange(store, before.id, now.id);
  if (expected.rows > 0)
    changes.push({kind: expected.byEval > 0 ? "code" : "data", what: expectedText(expected.rows)});
  const rows = await rowsChanged(store, parameters);
  if (rows.changed > 0) changes.push({kind: "data", what: `${plural(rows.changed)} of the data`});
  const [was, is] = [await answererOf(store, before.id, name), await answererOf(store, now.id, name)];
  if (was !== is)
    changes.push({kind: "model", what: `the server's model: ${was || "unnamed"} → ${is || "unnamed"}`});
  if (rows.gone + rows.added > 0) changes.push({kind: "rows", what: comingAndGoing(rows)});
  return changes;
}

interface ComparedRuns extends Record<string, string> {
  before: string;
  now: string;
  candidate: string;
  variant: string;
}

/** Whether another request was made about any row whose content is the same. */
async function asksOther(store: Store, compared: ComparedRuns): Promise<boolean> {
  const [requests] = await store.rows<{other: number}>(
    `select count(*)::int as other
     from completions a join completions b using (row_id, candidate, variant, repeat)
     join items i on i.run = a.run and i.row_id = a.row_id join items j on j.run = b.run and j.row_id = b.row_id
     where a.run = $before and b.run = $now and candidate = $candidate and variant = $variant
       and i.row_hash = j.row_hash and a.key <> b.key and a.key <> '' and b.key <> ''`,
    compared
  );
  return requests!.other > 0;
}

interface RowCounts {
  /** Rows of both runs with another content. */
  changed: number;
  gone: number;
  added: number;
}

async function rowsChanged(store: Store, {before, now}: ComparedRuns): Promise<RowCounts> {
  const [rows] = await store.rows<RowCounts>(
    `select count(*) filter (a.row_hash <> b.row_hash)::int as changed,
       count(*) filter (b.row_id is null)::int as gone, count(*) filter (a.row_id is null)::int as added
     from (select row_id, row_hash from items where run = $before) a
     full join (select row_id, row_hash from items where run = $now) b on a.row_id = b.row_id`,
    {before, now}
  );
  return rows!;
}

function comingAndGoing({gone, added}: RowCounts): string {
  if (added === 0) return `${plural(gone)} fewer`;
  return gone === 0 ? `${plural(added)} more` : `${plural(gone)} gone, ${added} new`;
}

const plural = (rows: number) => `${rows} ${rows === 1 ? "row" : "rows"}`;

/** Models and fingerprints that the server named, in order. */
async function answererOf(store: Store, run: string, candidate: string): Promise<string> {
  const named = await store.rows<{name: string}>(
    `select distinct concat_ws(' ', served_model, fingerprint) as name from completions
     where run = $run and candidate = $candidate and status = 'completed' order by 1`,
    {run, candidate}
  );
  return named
    .map(({name}) => name)
    .filter(Boolean)
    .join(", ");
}

function candidateAndVariant(run: RunManifest, candidate: string): [name: string, variant: string] {
  for (const {name} of run.candidates)
    for (const variant of run.variants)
      if (candidate === name || candidate === `${name} · ${variant.name}`) return [name, variant.name];
  return [candidate, run.variants[0]?.name ?? "default"];
}
