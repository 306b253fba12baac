import {join} from "node:path";
import {UserError} from "../../../../base/validation/index.js";
import {parquetFile, writeParquetRows} from "../../../../base/store/index.js";
import type {SourceContext, SourceRelation} from "../types.js";
import {type RedactedTrace, redactTraces} from "./redactTraces.js";
import {TRACE_COLUMNS, TRACE_FACTS, type TraceRow} from "./traceRow.js";

/** Rows that are redacted and written together. */
const BATCH = 500;

/**
 * The rows of calls as a relation, each id once: an answered call goes before one that was still open, then the one that came
 * last. What is known of a trace as a whole reaches all its rows. With rules of privacy nothing is written that was not redacted.
 * @param redacted the rows were redacted when they were received
 */
export async function traceRelation(
  rows: AsyncIterable<RedactedTrace>,
  context: SourceContext,
  redacted = false
): Promise<Pick<SourceRelation, "relation" | "redacted" | "facts">> {
  const {dataset, db, scratch, growth, redactor} = context;
  const file = join(scratch, "traces.parquet");
  const columns = {...TRACE_COLUMNS, assay_findings: "VARCHAR", seq: "BIGINT"};
  let seq = 0;
  async function* written(): AsyncGenerator<object> {
    for await (const batch of batches(rows)) {
      const safe = redacted ? batch : await redactTraces(batch, redactor, growth?.hasSql);
      for (const row of safe) yield {...row, seq: seq++};
    }
  }
  await writeParquetRows(db, file, columns, written());
  const all = parquetFile(file);
  const count = await db.row<{n: number}>(`select count(id)::double as n from ${all}`);
  if (count!.n === 0 && !growth?.before)
    throw new UserError(
      `dataset ${dataset}: its source has no calls of a model yet, so there is no version to make. Pull again when there are.`
    );
  const known = TRACE_FACTS.map((name) => `max(${name}) as ${name}`).join(", ");
  const facts = `(select trace, ${known} from ${all} where trace is not null group by trace)`;
  const last = `select max_by(seq, seq + case when coalesce(output, tool_calls, error) is null then 0 else ${seq} end) from ${all} where id is not null group by id`;
  const joined = TRACE_FACTS.map((name) => `coalesce(r.${name}, t.${name}) as ${name}`).join(", ");
  const relation = (without: string) =>
    `(select r.* exclude (${without}) replace (${joined}) from ${all} r left join ${facts} t on r.trace = t.trace where r.seq in (${last}))`;
  return {
    relation: relation("seq, assay_findings"),
    redacted: redactor && relation("seq"),
    facts
  };
}

async function* batches(rows: AsyncIterable<TraceRow>): AsyncGenerator<TraceRow[]> {
  let batch: TraceRow[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
