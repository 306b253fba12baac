import {
  cutSql,
  type Database,
  emptyRelation,
  hasRows,
  refusedSql,
  type RunCandidate,
  type RunManifest,
  runTable,
  readVersion,
  SCORES,
  PROMPTS,
  sqlName,
  sqlString,
  versionRows,
  type Workspace
} from "../../../base/store/index.js";
import {UserError} from "../../../base/validation/index.js";
import type {AnswersSource} from "./answersOf.js";
import type {Separation} from "./separation.js";

/** An answer of a run, with what the eval found of it. */
export interface RunAnswer {
  row_id: string;
  /** Of its row in the run's split; null where it is open to nobody. */
  part: string | null;
  closed: boolean;
  candidate: string;
  variant: string;
  repeat: number;
  status: string;
  output: string | null;
  /** JSON. */
  tool_calls: string | null;
  refused: boolean;
  cut_off: boolean;
  prompt_tokens: number | null;
  completion_tokens: number | null;
  cost_usd: number | null;
  served_model: string | null;
  /** JSON; read for the form `soft` alone. */
  logprobs: string | null;
  /** JSON list of messages. */
  messages: string | null;
  /** JSON object: slice name to slice value. */
  slices: string | null;
  /** Of the scorer that decides; null where it gave none. */
  score: number | null;
  /** JSON of its details. */
  details: string | null;
  /** JSON object: scorer to value. */
  scores: string | null;
  /** By which near-duplicates are found, where the dataset names it. */
  text: string | null;
  /** Columns of the row that stand beside the answer. */
  carried: Record<string, unknown>;
}

/** The answers of candidates of a run, those to one row one after the other, in the order of the rows' ids. */
export async function* runAnswers(
  db: Database,
  workspace: Workspace,
  run: RunManifest,
  {
    candidates,
    separation,
    source
  }: {candidates: readonly RunCandidate[]; separation: Separation; source: AnswersSource}
): AsyncGenerator<RunAnswer[]> {
  const table = async (name: "items" | "prompts" | "completions" | "scores", empty: string) =>
    (await runTable(workspace, [run.id], name)) ?? `(${empty})`;
  const completions = await runTable(workspace, [run.id], "completions");
  if (completions === undefined) return;
  const scores = await table("scores", emptyRelation(SCORES));
  const prompts = await table("prompts", emptyRelation(PROMPTS));
  const items = await table("items", "select null::varchar as row_id, null::varchar as slices where false");
  const scorer = source.scorer ?? run.primaryScorer;
  if (!run.scorers.some(({name}) => name === scorer))
    throw new UserError(
      `run ${run.id} has no scorer ${scorer}. It has ${run.scorers.map(({name}) => name).join(", ")}.`
    );
  const rows = await rowColumns(workspace, run, source, separation);
  const order = candidates.map(({name}, i) => `(${sqlString(name)}, ${i})`).join(", ");
  const query = `
    with asked(candidate, place) as (values ${order}),
    given as (
      select row_id, candidate, variant, repeat,
        max(value) filter (where scorer = $scorer and status = 'scored') as score,
        max(details) filter (where scorer = $scorer and status = 'scored') as details,
        to_json(map_from_entries(list({k: scorer, v: value} order by scorer) filter (where status = 'scored'))) as scores
      from ${scores} group by all)
    select c.row_id, ${separation.parts ? "p.part" : "'train'"} as part,
      ${separation.closed ? `c.row_id in (${separation.closed})` : "false"} as closed,
      c.candidate, c.variant, c.repeat, c.status, c.output, c.tool_calls,
      ${refusedSql} as refused, ${cutSql} as cut_off,
      c.prompt_tokens, c.completion_tokens, c.cost_usd, c.served_model,
      ${source.form === "soft" ? "c.logprobs" : "null::varchar"} as logprobs,
      q.messages, i.slices, g.score, g.details, g.scores::varchar as scores, r.* exclude (row_id)
    from ${completions} c join asked a using (candidate)
    ${separation.parts ? `left join (${separation.parts}) p using (row_id)` : ""}
    left join given g using (row_id, candidate, variant, repeat)
    left join ${prompts} q using (row_id, variant)
    left join ${items} i using (row_id)
    left join (${rows.query}) r using (row_id)
    order by c.row_id, c.variant, a.place, c.repeat`;
  type Stored = Omit<RunAnswer, "carried" | "text"> & Record<string, unknown>;
  let same: RunAnswer[] = [];
  for await (const batch of db.batches<Stored>(query, {scorer}, "values"))
    for (const stored of batch) {
      const answer = {
        ...stored,
        text: textIn(stored[TEXT]),
        carried: Object.fromEntries(rows.carried.map((name, i) => [name, stored[`${CARRIED}${i}`] ?? null]))
      } as unknown as RunAnswer;
      if (same.length > 0 && same[0]!.row_id !== answer.row_id) {
        yield same;
        same = [];
      }
      same.push(answer);
    }
  if (same.length > 0) yield same;
}

const TEXT = "row_text";
const CARRIED = "row_column_";

const textIn = (value: unknown) => (typeof value === "string" ? value : null);

/** A query for the row's text and the columns that stand beside its answers, by numbers: any name may be taken. */
async function rowColumns(
  workspace: Workspace,
  {dataset: {name: dataset, version: id}, imported}: RunManifest,
  {columns = []}: AnswersSource,
  {text}: Separation
): Promise<{query: string; carried: string[]}> {
  const version = imported ? undefined : await readVersion(workspace, {dataset, id});
  const none = {query: `select null::varchar as row_id, null::varchar as ${TEXT} where false`, carried: []};
  if (!version || !(await hasRows(workspace, version))) return none;
  const there = new Set(version.columns.map(({name}) => name));
  const missing = columns.filter((name) => !there.has(name));
  if (missing.length > 0)
    throw new UserError(
      `answersOf: ${dataset}@${id.slice(0, 8)} has no column ${missing.join(", ")}. It has ${[...there].join(", ")}.`
    );
  const roles = [version.text, version.group, version.time, text];
  const carried = [...new Set([...roles, ...columns])].filter(
    (name): name is string => name !== undefined && there.has(name)
  );
  const selected = carried.map((name, i) => `${sqlName(name)} as ${CARRIED}${i}`);
  const own = text !== undefined && there.has(text) ? `${sqlName(text)}::varchar` : "null::varchar";
  return {
    query: `select ${["row_id", `${own} as ${TEXT}`, ...selected].join(", ")} from ${await versionRows(workspace, version)}`,
    carried
  };
}
