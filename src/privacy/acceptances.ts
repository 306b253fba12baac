import {join} from "node:path";
import {readJson, type Store, writeJsonAtomic} from "../store/index.js";

/** A person's word that findings may stay: all of one rule, or those of one row as long as its content is the same. */
export type Acceptance = {reason: string; acceptedAt: string} & (
  {rule: string; row?: undefined} | {row: string; rowHash: string; rule?: undefined}
);

interface AcceptanceFile {
  kind: "acceptances";
  schemaVersion: 1;
  accepted: Acceptance[];
}

/** Kept beside a data set's versions, so that it outlives scans and pulls. */
const fileIn = (folder: string) => join(folder, "accepted.json");

/** What was accepted in a data set, oldest first. */
export async function acceptances(store: Store, dataset: string): Promise<Acceptance[]> {
  return acceptancesIn(store.workspace.datasetDir(dataset));
}

/** What was accepted in the data set of a folder. */
export async function acceptancesIn(folder: string): Promise<Acceptance[]> {
  return (await readJson<AcceptanceFile>(fileIn(folder)))?.accepted ?? [];
}

/** Adds an acceptance; one of the same rule or row takes the place of the earlier one. */
export async function addAcceptance(store: Store, dataset: string, added: Acceptance): Promise<void> {
  const others = (await acceptances(store, dataset)).filter(
    ({rule, row}) => rule !== added.rule || row !== added.row
  );
  const file: AcceptanceFile = {kind: "acceptances", schemaVersion: 1, accepted: [...others, added]};
  await writeJsonAtomic(fileIn(store.workspace.datasetDir(dataset)), file);
}

/** The reason why a finding may stay, or undefined when nobody accepted it. */
export function acceptedReason(accepted: readonly Acceptance[]) {
  const rules = new Map<string, string>();
  const rows = new Map<string, {rowHash: string; reason: string}>();
  for (const one of accepted)
    if (one.rule !== undefined) rules.set(one.rule, one.reason);
    else rows.set(one.row, one);
  return (finding: {rule: string; row_id: string}, rowHash: string): string | undefined => {
    const row = rows.get(finding.row_id);
    return rules.get(finding.rule) ?? (row?.rowHash === rowHash ? row.reason : undefined);
  };
}
