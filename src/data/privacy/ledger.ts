import {emptyRecord} from "../../base/validation/memberOf.js";
import type {Finding} from "./finding.js";
import {keyCheck, pseudonym} from "./pseudonymKey.js";
import {recognizersVersion} from "./recognizers/index.js";
import {mask, type Action, actionFor, type RedactionPolicy} from "./redact.js";
import {redactCell, scanCell} from "./scanCell.js";
import type {ScanOptions} from "./scanText.js";
import type {RedactionRules} from "../../base/store/index.js";

/** One finding in one cell of a version and what was done about it. Never holds the words themselves. */
export interface LedgerEntry {
  row_id: string;
  column: string;
  /** In a list, a structure or JSON, the text it stands in, such as `$[0].content`. */
  path?: string;
  type: string;
  /** UTF-16 code units in the text as it was before anything was done. */
  start: number;
  end: number;
  rule: string;
  score: number;
  action: Action;
  /** The words with letters and digits as stars. */
  preview: string;
  /** The value's keyed pseudonym: equal values have equal ones. Absent without a key, and where it is no action's. */
  pseudonym?: string;
  /** A person's reason why it may stay. */
  accepted?: string;
}

export interface LedgerSummary {
  kind: "ledger";
  schemaVersion: 1;
  dataset: string;
  version: string;
  scannedAt: string;
  columns: string[];
  layers: string[];
  minScore: number;
  /** `recognizersVersion` when it was scanned; absent in ledgers of before there was one, a number in older ones. */
  recognizers?: string | number;
  /** True when the version's rows hold what the actions made of them. Otherwise they are plans. */
  redacted?: boolean;
  /** By which rules a pull redacted: the redactor's fingerprint. */
  redaction?: string;
  /** Those rules themselves, but for the key. */
  rules?: RedactionRules;
  rows: number;
  rowsWithFindings: number;
  findings: number;
  /** Findings, rows and actions by type. */
  types: Record<
    string,
    {
      findings: number;
      rows: number;
      rules: Record<string, number>;
      actions: Record<string, number>;
      /** Findings that a person accepted with a reason; absent when none. */
      accepted?: number;
    }
  >;
  policy: {default: Action; types: Record<string, Action>};
  /** Tells whether two ledgers' pseudonyms come from one key. */
  keyCheck?: string;
}

export interface LedgerOptions extends Omit<ScanOptions, "column" | "withText"> {
  policy?: RedactionPolicy;
  /** Columns whose cells are the JSON of lists, structures and numbers. Other cells that are JSON are told by their looks. */
  nested?: readonly string[];
}

export interface ScannedRow<R> {
  /** The row with its findings dealt with as the policy says; other columns are untouched. */
  row: R;
  entries: LedgerEntry[];
}

/**
 * Scans the given columns of one row. Cells that are no text are left alone, a missing one is no finding. The
 * default policy keeps everything: a scan alone changes nothing. Of lists, structures and JSON every text is looked
 * at by itself.
 */
export function scanRow<R extends object>(
  rowId: string,
  row: R,
  columns: readonly string[],
  {policy = {default: "keep"}, nested = [], ...options}: LedgerOptions = {}
): ScannedRow<R> {
  const changed = {...row} as Record<string, unknown>;
  const entries: LedgerEntry[] = [];
  for (const column of columns) {
    const cell = changed[column];
    if (typeof cell !== "string" || cell === "") continue;
    const texts = scanCell(cell, column, nested.includes(column), options);
    for (const {path, text, findings} of texts)
      for (const finding of findings) entries.push(entryOf({rowId, column, path, text}, finding, policy));
    if (texts.length > 0) changed[column] = redactCell(cell, texts, policy);
  }
  return {row: changed as R, entries};
}

interface ScannedCell {
  rowId: string;
  column: string;
  path: string | undefined;
  text: string;
}

function entryOf(
  {rowId, column, path, text}: ScannedCell,
  {type, start, end, rule, score}: Finding,
  policy: RedactionPolicy
): LedgerEntry {
  const value = text.slice(start, end);
  const action = actionFor(policy, type);
  const entry: LedgerEntry = {
    row_id: rowId,
    column,
    // The cell itself.
    path: path === "$" ? undefined : path,
    type,
    start,
    end,
    rule,
    score,
    action,
    preview: mask(type, value)
  };
  if (policy.key && action === "pseudonym") entry.pseudonym = pseudonym(type, value, policy.key);
  return entry;
}

/** What is counted, as plain data. */
export type CountedRows = Pick<LedgerSummary, "rows" | "rowsWithFindings" | "findings" | "types">;

/** Counts over a version's entries, to be shown without reading them again. */
export class LedgerCounts implements CountedRows {
  rows = 0;
  rowsWithFindings = 0;
  findings = 0;
  readonly types: LedgerSummary["types"] = emptyRecord();

  /** Counts one scanned row; a clean row counts too. */
  add(entries: readonly LedgerEntry[]): void {
    this.rows++;
    if (entries.length > 0) this.rowsWithFindings++;
    this.findings += entries.length;
    const seen = new Set<string>();
    for (const {type, rule, action, accepted} of entries) {
      const counts = (this.types[type] ??= {findings: 0, rows: 0, rules: {}, actions: {}});
      counts.findings++;
      if (!seen.has(type)) counts.rows++;
      seen.add(type);
      counts.rules[rule] = (counts.rules[rule] ?? 0) + 1;
      counts.actions[action] = (counts.actions[action] ?? 0) + 1;
      if (accepted) counts.accepted = (counts.accepted ?? 0) + 1;
    }
  }

  /** Takes in what was counted elsewhere, in other rows. */
  merge({rows, rowsWithFindings, findings, types}: CountedRows): void {
    this.rows += rows;
    this.rowsWithFindings += rowsWithFindings;
    this.findings += findings;
    for (const [type, more] of Object.entries(types)) {
      const counts = (this.types[type] ??= {findings: 0, rows: 0, rules: {}, actions: {}});
      counts.findings += more.findings;
      counts.rows += more.rows;
      for (const kind of ["rules", "actions"] as const)
        for (const [name, n] of Object.entries(more[kind]))
          counts[kind][name] = (counts[kind][name] ?? 0) + n;
      if (more.accepted) counts.accepted = (counts.accepted ?? 0) + more.accepted;
    }
  }

  summary(
    dataset: string,
    version: string,
    columns: readonly string[],
    options: LedgerOptions & {layers: readonly string[]; minScore: number},
    scannedAt: Date
  ): LedgerSummary {
    const {policy = {default: "keep"}} = options;
    return {
      kind: "ledger",
      schemaVersion: 1,
      dataset,
      version,
      scannedAt: scannedAt.toISOString(),
      columns: [...columns],
      layers: [...options.layers],
      minScore: options.minScore,
      recognizers: recognizersVersion(),
      rows: this.rows,
      rowsWithFindings: this.rowsWithFindings,
      findings: this.findings,
      types: this.types,
      policy: {default: policy.default ?? "replace", types: {...policy.types}},
      keyCheck: policy.key ? keyCheck(policy.key) : undefined
    };
  }
}
