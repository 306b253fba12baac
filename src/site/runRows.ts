import {
  Dictionary,
  type Field,
  Float64,
  Int32,
  Int8,
  RecordBatch,
  Schema,
  Table,
  tableToIPC,
  Utf8,
  type Vector,
  vectorFromArray
} from "apache-arrow";
import {scoreTable} from "../decisions/index.js";
import type {RunManifest, Store} from "../store/index.js";
import {judgeColumns} from "./judgeColumns.js";
import {detailedRows} from "./rowDetails.js";
import {expectedText, type Publish, publisher} from "./publisher.js";

/** What the Arrow file of a run says about its columns, as JSON under the schema's metadata key "assay". */
export interface RowsMetadata {
  run: string;
  candidates: string[];
  baseline?: string;
  /** A judge's scores come with `length:CANDIDATE` columns, and with `order:SCORER:CANDIDATE` where it chose between two. */
  scorers: {name: string; binary: boolean; judge?: boolean; human?: boolean}[];
  slices: string[];
}

/**
 * The rows of one run as an Arrow file, a column each for its place among the rows that have details, row id, cluster, expected, excerpt, every slice
 * (`slice:NAME`), every score (`score:SCORER:CANDIDATE`, null where there is none), every answer
 * (`answer:CANDIDATE`) and every failure (`failure:CANDIDATE`). An answer that is one of
 * the labels expected is given as it is; free text only for rows whose excerpt the eval publishes, masked and cut.
 */
export async function runRows(store: Store, id: string): Promise<Uint8Array> {
  const run = (await store.runs({archived: true})).find((one) => one.id === id);
  if (!run) throw new Error(`no such run: ${id}`);
  const items = await store.rows<Item>(
    "select row_id, cluster, expected, slices, excerpt from items where run = $run order by position",
    {run: id}
  );
  const wanted = items.map((item) => expectedText(item.expected));
  const publish = publisher(wanted);
  const detailed = new Map((await detailedRows(store, run)).map((row, index) => [row, index]));
  const columns: Record<string, Vector> = {
    detail: vectorFromArray(
      items.map((item) => detailed.get(item.row_id) ?? null),
      new Int32()
    ),
    row_id: texts(
      items.map((item) => item.row_id),
      false
    ),
    cluster: texts(items.map((item) => item.cluster)),
    expected: texts(items.map((item, i) => publish(wanted[i]!, item.excerpt))),
    excerpt: texts(
      items.map((item) => item.excerpt),
      false
    )
  };
  const slices = items.map((item) => JSON.parse(item.slices ?? "{}") as Record<string, unknown>);
  for (const name of run.slices)
    columns[`slice:${name}`] = texts(slices.map((row) => (row[name] == null ? null : String(row[name]))));
  let candidates: string[] = [];
  let baseline: string | undefined;
  const scorers: RowsMetadata["scorers"] = [];
  for (const {name, judge, human} of run.scorers) {
    const table = await scoreTable(store, id, name);
    ({candidates, baseline} = table);
    scorers.push({
      name,
      binary: table.binary,
      judge: judge ? true : undefined,
      human: human ? true : undefined
    });
    table.candidates.forEach((candidate, c) => {
      columns[`score:${name}:${candidate}`] = numbers(table.values[c]!, table.binary);
    });
  }
  if (run.scorers.some(({judge}) => judge))
    Object.assign(
      columns,
      await judgeColumns(store, run, {candidates, rowIds: items.map((item) => item.row_id)})
    );
  await addAnswers(store, run, items, candidates, columns, publish);
  const metadata: RowsMetadata = {run: id, candidates, baseline, scorers, slices: run.slices};
  return tableToIPC(withMetadata(new Table(columns), JSON.stringify(metadata)), "file");
}

interface Item {
  row_id: string;
  cluster: string | null;
  expected: string | null;
  slices: string | null;
  excerpt: string | null;
}

async function addAnswers(
  store: Store,
  run: RunManifest,
  items: readonly Item[],
  candidates: readonly string[],
  columns: Record<string, Vector>,
  publish: Publish
): Promise<void> {
  const position = new Map(items.map((item, i) => [item.row_id, i]));
  const answers = new Map(
    candidates.map((name) => [name, new Array<string | null>(items.length).fill(null)])
  );
  const failures = new Map(
    candidates.map((name) => [name, new Array<string | null>(items.length).fill(null)])
  );
  const query = `select c.row_id, c.candidate, c.variant, c.status, c.reason, c.output,
      s.details, s.status as score_status, s.reason as score_reason
    from completions c left join scores s on s.run = c.run and s.row_id = c.row_id and s.candidate = c.candidate
      and s.variant = c.variant and s.repeat = c.repeat and s.scorer = $scorer
    where c.run = $run and c.repeat = 0`;
  for await (const batch of store.batches<Answer>(query, {run: run.id, scorer: run.primaryScorer}))
    for (const row of batch) {
      const name = run.variants.length > 1 ? `${row.candidate} · ${row.variant}` : row.candidate;
      const i = position.get(row.row_id);
      if (i === undefined) continue;
      if (row.status === "failed") failures.get(name)![i] = row.reason ?? "no reason given";
      else if (row.score_status === "failed") failures.get(name)![i] = row.score_reason ?? "not scored";
      answers.get(name)![i] = publish(predicted(row.details) ?? row.output, items[i]!.excerpt);
    }
  for (const [name, values] of answers) columns[`answer:${name}`] = texts(values);
  for (const [name, values] of failures) columns[`failure:${name}`] = texts(values);
}

interface Answer {
  row_id: string;
  candidate: string;
  variant: string;
  status: string;
  reason: string | null;
  output: string | null;
  details: string | null;
  score_status: string | null;
  score_reason: string | null;
}

function predicted(details: string | null): string | undefined {
  const found = (JSON.parse(details ?? "null") as {predicted?: unknown} | null)?.predicted;
  return typeof found === "string" ? found : undefined;
}

function texts(values: (string | null)[], repeated = true): Vector {
  return vectorFromArray(values, repeated ? new Dictionary(new Utf8(), new Int32()) : new Utf8());
}

function numbers(values: readonly (number | undefined)[], binary: boolean): Vector {
  return vectorFromArray(
    values.map((value) => value ?? null),
    binary ? new Int8() : new Float64()
  );
}

function withMetadata(table: Table, text: string): Table {
  const schema = new Schema(table.schema.fields as Field[], new Map([["assay", text]]));
  return new Table(
    schema,
    table.batches.map(
      (batch) => new RecordBatch(schema, batch.data as RecordBatch<Record<string, never>>["data"])
    )
  );
}
