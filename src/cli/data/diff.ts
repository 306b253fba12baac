import {type ColumnDrift, diffVersions, type VersionDiff, versionPair} from "../../data/datasets/index.js";
import {openStore} from "../../base/store/index.js";
import {assertKnown} from "../project/knownDataset.js";
import {openProject} from "../project/project.js";
import {plural} from "../terminal/plural.js";
import {bold, print, printable, printJson, table} from "../terminal/terminal.js";

export async function diffVerb(
  name: string,
  before: string | undefined,
  after: string | undefined,
  options: {sample?: number; json?: boolean}
): Promise<void> {
  const store = await openStore(await openProject());
  try {
    await assertKnown(store, name);
    const pair = await versionPair(store, name, before, after);
    const diff = await diffVersions(store, pair.before, pair.after, options);
    if (options.json) printJson(diff);
    else printDiff(diff);
  } finally {
    store.close();
  }
}

function printDiff(diff: VersionDiff): void {
  print(
    `${diff.dataset}: ${diff.before.id} (${diff.before.rows} rows) → ${diff.after.id} (${diff.after.rows} rows)`
  );
  for (const kind of ["added", "removed", "changed", "retyped"] as const) {
    const {rows, sample} = diff[kind];
    if (kind === "retyped" && rows === 0) continue;
    const more = rows > sample.length ? ", …" : "";
    print(`${kind}: ${rows}${rows > 0 ? ` (${printable(sample.join(", "))}${more})` : ""}`);
  }
  for (const {column, rows} of diff.changedColumns)
    print(`  ${printable(column)} differs in ${plural(rows, "row")}`);
  const {added, removed, retyped} = diff.columns;
  for (const {name, type} of added) print(`new column ${printable(name)} (${type})`);
  for (const {name, type} of removed) print(`column ${printable(name)} (${type}) is gone`);
  for (const column of retyped)
    print(`column ${printable(column.name)} was ${column.before}, now ${column.after}`);
  print(`\n${bold("Drift")}`);
  print(driftTable(diff.drift));
}

export function driftTable(drift: readonly ColumnDrift[]): string {
  const figure = (value: number | undefined) =>
    value === undefined ? undefined : Number(value.toPrecision(4));
  const spread = ({mean, sd, least, most}: ColumnDrift["before"]) =>
    mean !== undefined
      ? `${figure(mean)} ± ${figure(sd) ?? "–"}`
      : least !== undefined
        ? `${least} … ${most}`
        : undefined;
  return table(drift, [
    {title: "column", text: "name", value: ({column}) => column},
    {title: "kind", value: ({kind, by}) => (by === "length" ? `${kind} (length)` : kind)},
    {title: "before", text: "prose", value: ({before}) => spread(before)},
    {title: "after", text: "prose", value: ({after}) => spread(after)},
    {title: "missing", value: ({before, after}) => `${before.missing} → ${after.missing}`, align: "right"},
    {title: "PSI", value: ({psi}) => psi?.toFixed(3), align: "right"},
    {title: "p", value: ({p}) => p?.toPrecision(2), align: "right"}
  ]);
}
