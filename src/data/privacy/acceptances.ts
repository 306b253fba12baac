import {type Acceptance, readAcceptances, type Store, writeAcceptances} from "../../base/store/index.js";

export type {Acceptance} from "../../base/store/index.js";

/** What was accepted in a dataset, oldest first. */
export function acceptances(store: Store, dataset: string): Promise<Acceptance[]> {
  return readAcceptances(store.workspace, dataset);
}

/** Adds an acceptance; one of the same rule or row takes the place of the earlier one. */
export async function addAcceptance(store: Store, dataset: string, added: Acceptance): Promise<void> {
  const others = (await acceptances(store, dataset)).filter(
    ({rule, row}) => rule !== added.rule || row !== added.row
  );
  await writeAcceptances(store.workspace, dataset, [...others, added]);
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
