import {anyObject, listOf, number, text} from "../../validation/checked.js";
import {checkName} from "../../validation/names.js";
import type {Kind, Workspace} from "./kind.js";
import {manifestsOf, putRecordFile, readRecord} from "./records.js";

/** A distillation that was judged: its runs, and what the verdict goes by. */
export interface DistillationRecord {
  kind: "distillation";
  schemaVersion: 1;
  /** Id of the run that judged. */
  id: string;
  name: string;
  eval: string;
  file: {path: string; sha256: string};
  teacher: string;
  students: string[];
  /** In score units. */
  margin: number;
  maxLoss: number;
  confidence: number;
  callsPerMonth: number;
  horizonMonths: number;
  repeatsPerYear: number;
  /** Price of an hour of the machine that trains; absent when nobody stated it. */
  usdPerHour?: number;
  /** Runs of the teacher's answers that were learned from, and the one of students that learned fewer. */
  answers: string[];
  curve?: string;
  /** Students that learned a share of the rows. */
  partial: {candidate: string; student: string; share: number}[];
  /** The candidate that is the model in use before, where one was. */
  inUse?: string;
  /** Id of the model that is kept. */
  kept?: string;
}

/** Names runs and holds nothing of a row. */
export const distillationKind: Kind<DistillationRecord> = {
  name: "distillation",
  at: "distillations/{id}.json",
  form: {
    kind: "distillation",
    schemaVersion: 1,
    members: {
      id: text(),
      name: text(),
      eval: text(),
      teacher: text(),
      students: listOf(text()),
      margin: number(),
      answers: listOf(text()),
      partial: listOf(anyObject())
    },
    renew: "assay distil"
  },
  refersTo: async ({key}, workspace) => {
    const found = await readRecord(workspace, distillationKind, key);
    return found ? [found.id, ...found.answers, ...(found.curve === undefined ? [] : [found.curve])] : [];
  }
};

/** Keeps the verdict's record, replacing that of the same runs. */
export async function writeDistillation(
  workspace: Pick<Workspace, "place">,
  record: DistillationRecord
): Promise<void> {
  await putRecordFile(workspace, `distillations/${checkName("distillation", record.id)}.json`, record);
}

/** Every distillation of the store, in the order of the runs that judged. */
export async function readDistillations(workspace: Pick<Workspace, "place">): Promise<DistillationRecord[]> {
  const found = await manifestsOf(workspace, distillationKind);
  return found.sort((a, b) => a.id.localeCompare(b.id));
}
