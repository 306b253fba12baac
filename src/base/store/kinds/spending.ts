import {listOf, number, text} from "../../validation/checked.js";
import {having} from "../../validation/fileForm.js";
import type {Holder} from "../holder.js";
import type {ColumnTypes} from "../parquet.js";
import type {Kind, Workspace} from "./kind.js";
import {manifestsOf, putJson, readRecord} from "./records.js";

/** What one command may spend and has spent on one day. */
export interface SpendingEntry extends Omit<Holder, "expires"> {
  owner: string;
  /** US dollars set aside for it; what it spent counts once it has ended. */
  grantedUsd: number;
  spentUsd: number;
  ended?: boolean;
}

/** What commands spend on one day in UTC. */
export interface SpendingDay {
  kind: "spending";
  schemaVersion: 1;
  day: string;
  entries: SpendingEntry[];
}

const COLUMNS: ColumnTypes = {
  day: "VARCHAR",
  what: "VARCHAR",
  since: "VARCHAR",
  host: "VARCHAR",
  grantedUsd: "DOUBLE",
  spentUsd: "DOUBLE",
  ended: "BOOLEAN"
};

/** Holds sums alone and nothing of a row. */
export const spendingKind: Kind<SpendingDay> = {
  name: "spending",
  at: "spending/{day}.json",
  shown: false,
  form: {
    kind: "spending",
    schemaVersion: 1,
    members: {
      day: text(),
      entries: listOf(having({owner: text(), grantedUsd: number({least: 0}), spentUsd: number({least: 0})}))
    },
    renew: "assay run"
  },
  tables: {spending: "what commands spent a day, where a project states a budget"},
  views: async ({workspace}) => {
    const days = await manifestsOf(workspace, spendingKind);
    const rows = days.flatMap(({day, entries}) =>
      entries.map(({what, since, host, grantedUsd, spentUsd, ended = false}) => ({
        ...{day, what, since, host, grantedUsd, spentUsd, ended}
      }))
    );
    return [{name: "spending", of: {rows, columns: COLUMNS}}];
  }
};

const keyOf = (day: string) => `spending/${day}.json`;

/** The entries of a day. Throws UserError when the record is damaged: a budget that is not known is not kept. */
export async function readSpending(
  workspace: Pick<Workspace, "place">,
  day: string
): Promise<SpendingEntry[]> {
  return (await readRecord(workspace, spendingKind, keyOf(day)))?.entries ?? [];
}

/** How long another writer of the day is waited for. */
const WAIT_MS = 60_000;

/** Changes the entries of a day, one writer at a time on the whole store. */
export async function changeSpending<T>(
  workspace: Pick<Workspace, "place" | "lease">,
  day: string,
  change: (entries: SpendingEntry[]) => {entries: SpendingEntry[]; result: T}
): Promise<T> {
  const options = {what: `the ledger of ${day}`, waitMs: WAIT_MS};
  return workspace.lease(`spending-${day}`, options, async ({confirm}) => {
    const {entries, result} = change(await readSpending(workspace, day));
    await confirm();
    const record: SpendingDay = {kind: "spending", schemaVersion: 1, day, entries};
    await putJson(workspace, keyOf(day), record);
    return result;
  });
}
