import {NO_VALUE, valueName} from "../../evals/decisions/valueName.js";
import {columnText} from "../../data/splits/index.js";
import type {Store, VersionManifest} from "../../base/store/index.js";
import type {VersionDetails} from "./dataTypes.js";
import {masked} from "./excerpts.js";

const MOST = 200;
const LONGEST_LABEL = 60;

/** What pages show of a label: itself when it is short, else masked, because a label column may hold free text. */
export type LabelText = (label: string) => string;

/** Whether these are classes, and not free text: short, at most 200 of them, and half of the rows or more share theirs. */
export function areClasses(labels: readonly string[], rows: number): boolean {
  return (
    labels.length <= MOST &&
    labels.length * 2 <= rows &&
    labels.every((label) => label.length <= LONGEST_LABEL)
  );
}

/**
 * Rows of each label of a version, held-out rows left out, and how its labels are written.
 * @param excerpts whether free text in the label column may be shown, masked
 */
export async function classCounts(
  store: Store,
  version: VersionManifest,
  relation: string,
  excerpts: boolean
): Promise<Pick<VersionDetails, "labels" | "otherLabels"> & {labelText: LabelText}> {
  if (!version.label) return {labels: [], labelText: masked};
  const counted = await store.rows<{label: string; rows: number; labels: number; total: number}>(
    `select *, count(*) over ()::int as labels, sum(rows) over ()::int as total from (
       select coalesce(${columnText(version, version.label)}, '${NO_VALUE}') as label, count(*)::int as rows
       from ${relation} group by all) order by rows desc, label limit ${MOST + 1}`
  );
  const all = counted[0]?.labels ?? 0;
  const total = counted[0]?.total ?? 0;
  const classes = areClasses(
    counted.map(({label}) => label),
    total
  );
  const labelText: LabelText = classes ? (label) => label : excerpts ? masked : () => "(not published)";
  const shown = classes || excerpts ? counted.slice(0, MOST) : [];
  const rest = total - shown.reduce((sum, {rows}) => sum + rows, 0);
  return {
    labels: shown.map(({label, rows}) => ({label: valueName(labelText(label)), rows})),
    otherLabels: all > shown.length ? {labels: all - shown.length, rows: rest} : undefined,
    labelText
  };
}
