import {existsSync} from "node:fs";
import {text} from "../../validation/checked.js";
import {fileForm} from "../../validation/fileForm.js";
import type {ModelParent} from "../records/model.js";
import type {Kind, Workspace} from "./kind.js";
import {appendLine, readLines} from "./log.js";
import {learnedErased, readModel} from "./model.js";

/** A model's weights that were written out of the store, so that a purge of what it learned can name them. */
export interface WrittenCopy {
  /** ISO time. */
  at: string;
  /** Absolute path of the file or folder. */
  path: string;
  /** Id of the model. */
  model: string;
  /** What it is, in a word or two, such as "GGUF q8_0". */
  how: string;
  /** Of a file, once it is written. */
  sha256?: string;
}

const LOG = "written-models.jsonl";

const FORM = fileForm<WrittenCopy>(
  {at: text(), path: text(), model: text(), sha256: text().optional()},
  "Restore the line from a copy of the store, or remove it."
);

/** A copy stays as it is: it is named as long as it stands, and its model's record is kept for that. */
export const writtenCopyKind: Kind = {
  name: "written copy",
  at: LOG,
  before: ["split"],
  refersTo: async (_, workspace) => (await writtenCopies(workspace)).map(({model}) => model),
  erase: async (_, erasing) => {
    const keeps = new Set<string>();
    for (const {path, model} of await writtenCopies(erasing.workspace))
      if (!keeps.has(path) && (await learnedErased(model, erasing))) keeps.add(path);
    return {keeps: [...keeps].sort()};
  }
};

/** Notes a copy: before it appears, so that none stands that a purge does not name, and again with the hash of what was written. */
export async function recordCopy(workspace: Workspace, copy: Omit<WrittenCopy, "at">): Promise<void> {
  const line: WrittenCopy = {at: new Date().toISOString(), ...copy};
  await appendLine(workspace, LOG, line);
}

/** All copies that still stand, the oldest first; of one that was written again each time. */
export async function writtenCopies(workspace: Workspace): Promise<WrittenCopy[]> {
  return (await readLines(workspace, LOG, FORM)).filter(({path}) => existsSync(path));
}

/** The model that a file was written from, wherever it lies now; undefined when none of these was. */
export async function modelOfCopy(
  workspace: Workspace,
  files: readonly {sha256: string}[]
): Promise<ModelParent | undefined> {
  const written = await readLines(workspace, LOG, FORM);
  const copy = written.findLast(({sha256}) => files.some((file) => file.sha256 === sha256));
  const model = copy && (await readModel(workspace, copy.model));
  return model && {id: model.id, name: model.name};
}
