import {type Store, type VersionManifest, versionTable, withoutHeldOut} from "../../base/store/index.js";
import type {RejectedView, SkippedView} from "./dataTypes.js";
import {type ExcerptsOf, masked} from "./excerpts.js";
import {countedReasons, firstMasked} from "./shownReasons.js";

const REASONS = 5;
const EXAMPLES = 3;
const LINES = 5;

/** The rows that each filter of a version dropped, with the commonest reasons and a few examples. */
export async function rejectedRows(
  store: Store,
  version: VersionManifest,
  {excerpts: shown, excerptsOf}: {excerpts: boolean; excerptsOf: ExcerptsOf}
): Promise<RejectedView[]> {
  const filters = Object.entries(version.filters ?? {});
  const all = await versionTable(store.workspace, version, "rejected.parquet");
  if (filters.length === 0 || !all) return [];
  const open = `(${await withoutHeldOut(store.workspace, version, all)})`;
  const counted = await store.rows<{filter: string; reason: string; rows: number}>(
    `select rejected_by as filter, rejected_because as reason, count(*)::int as rows from ${all}
     group by all order by rows desc, reason`
  );
  const examples = await store.rows<{filter: string; reason: string; row_id: string}>(
    `select rejected_by as filter, rejected_because as reason, row_id from ${open}
     qualify row_number() over (partition by rejected_by order by row_id) <= ${EXAMPLES} order by row_id`
  );
  const excerpts = await excerptsOf(
    store,
    version,
    open,
    examples.map(({row_id}) => row_id)
  );
  return filters.map(([filter, {rule, undetermined}]) => {
    const show = reasonsOf(rule, shown);
    const own = counted.filter((one) => one.filter === filter);
    const reasons = countedReasons(
      own.map(({reason, rows}) => ({reason, count: rows})),
      ({reason}) => show(reason)
    );
    return {
      filter,
      rule: typeof rule === "string" ? rule : settingsText(rule as Record<string, unknown>),
      rows: own.reduce((sum, {rows}) => sum + rows, 0),
      undetermined,
      reasons: reasons.slice(0, REASONS).map(({reason, count}) => ({reason, rows: count})),
      reasonCount: reasons.length,
      examples: examples
        .filter((one) => one.filter === filter)
        .map(({row_id, reason}) => ({
          id: row_id,
          reason: show(reason),
          excerpt: excerpts.get(row_id) ?? null
        }))
    };
  });
}

/**
 * Shows why a filter dropped rows. Conditions and presets say it in words of their own; a filter of the project's may repeat
 * what stands in a row: masked, or not told where rows are not shown.
 */
function reasonsOf(rule: unknown, shown: boolean): (reason: string) => string {
  const isOwn = typeof rule !== "string" && (rule as {preset?: unknown}).preset === undefined;
  if (!isOwn) return (reason) => reason;
  if (!shown) return () => "not published";
  const mask = firstMasked();
  return (reason) => mask(reason) ?? "another reason";
}

/** "textLength: min 5, max 8000". */
function settingsText({preset, ...settings}: Record<string, unknown>): string {
  const told = Object.entries(settings).map(
    ([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`
  );
  return [String(preset), told.join(", ")].filter(Boolean).join(": ");
}

/** Lines of the source that a pull left out; undefined when it read all of them. */
export async function skippedLines(store: Store, version: VersionManifest): Promise<SkippedView | undefined> {
  const lines = await versionTable(store.workspace, version, "rejects.parquet");
  if (!lines) return undefined;
  const total = await store.row<{n: number}>(`select count(*)::int as n from ${lines}`);
  const found = await store.rows<{file: string; line: number | null; reason: string}>(
    `select file, line::double as line, reason from ${lines} order by file, line limit ${LINES}`
  );
  return {
    lines: total!.n,
    examples: found.map(({line, reason, file: name}) => ({
      file: name,
      line: line === null ? undefined : line,
      reason: masked(reason)
    }))
  };
}
