import {anyObject, anyText, text} from "../../validation/checked.js";
import {checkName} from "../../validation/names.js";
import type {Kind, Workspace} from "./kind.js";
import {manifestsOf, putRecordFile, readRecord} from "./records.js";

/** A model that a distillation made, and the student that it is. */
export interface ModelInUse {
  /** Its id. */
  model: string;
  student: string;
}

/** Which model a distillation keeps on one version of its data, and why. */
export interface KeptRecord {
  kind: "kept";
  schemaVersion: 1;
  id: string;
  distillation: string;
  eval: string;
  dataset: string;
  /** Id of the version that it was judged on. */
  version: string;
  file: {path: string; sha256: string};
  /** ISO time at which this was decided. */
  at: string;
  /** Columns in which the dataset's watch found drift since its reference. */
  drift?: {reference: string; columns: string[]};
  /** The model that was in use. */
  before?: ModelInUse;
  /** How that one did against the teacher; absent when it was not judged. */
  judged?: {
    run: string;
    verdict: "non-inferior" | "undecided" | "inferior";
    rows: number;
    difference?: number;
    low?: number;
    high?: number;
  };
  /** Id of the run that judged newly trained students; absent when none was trained. */
  trained?: string;
  outcome: "first" | "kept" | "replaced" | "none";
  /** The model in use from then on; absent when the teacher answers. */
  kept?: ModelInUse;
  sentence: string;
}

/** Names runs and models, and holds nothing of a row. */
export const keptKind: Kind<KeptRecord> = {
  name: "kept",
  at: "kept/{id}.json",
  form: {
    kind: "kept",
    schemaVersion: 1,
    members: {
      id: text(),
      distillation: text(),
      version: text(),
      at: text(),
      file: anyObject(),
      outcome: text(),
      sentence: anyText()
    },
    renew: "assay distil"
  },
  refersTo: async ({key}, workspace) => {
    const found = await readRecord(workspace, keptKind, key);
    return [found?.judged?.run, found?.trained, found?.before?.model, found?.kept?.model].filter(
      (id) => id !== undefined
    );
  }
};

/** Writes the record, replacing that of the same model on the same version. */
export async function writeKept(workspace: Pick<Workspace, "place">, record: KeptRecord): Promise<void> {
  await putRecordFile(workspace, `kept/${checkName("kept", record.id)}.json`, record);
}

/** What became of the models of all distillations, or of one, the oldest first. */
export async function readKept(
  workspace: Pick<Workspace, "place">,
  distillation?: string
): Promise<KeptRecord[]> {
  const found = await manifestsOf(workspace, keptKind);
  return found
    .filter((one) => distillation === undefined || one.distillation === distillation)
    .sort((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id));
}
