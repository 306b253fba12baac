import {sqlName, type Store, type VersionManifest} from "../store/index.js";
import type {VersionDetails} from "./dataTypes.js";
import {masked} from "./excerpts.js";

const MOST = 200;
const LONGEST_LABEL = 60;

/** What pages show of a label: itself when it is short, else masked, because a label column may hold free text. */
export type LabelText = (label: string) => string;

/** Rows of each label of a version, sealed rows left out, and how its labels are written. */
export async function labelCounts(
  store: Store,
  version: VersionManifest,
  relation: string
): Promise<Pick<VersionDetails, "labels" | "otherLabels"> & {labelText: LabelText}> {
  if (!version.label) return {labels: [], labelText: masked};
  const counted = await store.rows<{label: string; rows: number; labels: number; total: number}>(
    `select *, count(*) over ()::int as labels, sum(rows) over ()::int as total from (
       select coalesce(${sqlName(version.label)}::varchar, '(none)') as label, count(*)::int as rows
       from ${relation} group by all) order by rows desc, label limit ${MOST}`
  );
  const all = counted[0]?.labels ?? 0;
  const total = counted[0]?.total ?? 0;
  const areLabels =
    all <= MOST && all * 2 <= total && counted.every(({label}) => label.length <= LONGEST_LABEL);
  const labelText: LabelText = areLabels ? (label) => label : masked;
  const rest = total - counted.reduce((sum, {rows}) => sum + rows, 0);
  return {
    labels: counted.map(({label, rows}) => ({label: labelText(label), rows})),
    ...(all > counted.length ? {otherLabels: {labels: all - counted.length, rows: rest}} : {}),
    labelText
  };
}
