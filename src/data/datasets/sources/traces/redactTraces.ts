import type {CellRow, Redactor} from "../../redactor.js";
import {TRACE_COLUMNS, type TraceRow} from "./traceRow.js";

/** A row as it may be written down, with what was found in it as JSON. */
export type RedactedTrace = TraceRow & {assay_findings?: string};

const TEXTS = Object.entries(TRACE_COLUMNS).flatMap(([name, type]) =>
  type === "VARCHAR" ? [{name, type}] : []
);

/**
 * Takes personal data out of rows in memory, before any of them is written.
 * @param all looks at every text, where the columns that the rules name are made later
 */
export async function redactTraces(
  rows: readonly TraceRow[],
  redactor: Redactor | undefined,
  all = false
): Promise<RedactedTrace[]> {
  if (!redactor || rows.length === 0) return [...rows];
  const looked = all ? TEXTS : redactor.columnsOf(TEXTS, false);
  if (looked.length === 0) return [...rows];
  const names = looked.map(({name}) => name as keyof TraceRow);
  const cells = rows.map((row, at): CellRow => ({
    row: at,
    cells: names.map((name) => (row[name] as string | undefined) ?? null)
  }));
  const made: RedactedTrace[] = rows.map((row) => ({...row}));
  for await (const {row, cells: changed, findings} of redactor.redact(once(cells), looked)) {
    const one = made[row]!;
    for (const [at, cell] of (changed ?? []).entries())
      if (cell !== undefined) Object.assign(one, {[names[at]!]: cell});
    one.assay_findings = JSON.stringify(findings);
  }
  return made;
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}
