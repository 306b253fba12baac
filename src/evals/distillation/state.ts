import {driftedColumns} from "../../data/datasets/index.js";
import {ensureSplit} from "../../data/splits/index.js";
import {assertUsable, listModels} from "../../weights/models/index.js";
import {
  type KeptRecord,
  type ModelInUse,
  modelsDir,
  noRows,
  openCounts,
  readKept,
  type SplitManifest,
  type Store,
  type VersionManifest
} from "../../base/store/index.js";
import {messageOf, UserError} from "../../base/validation/index.js";
import type {NamedEval} from "../runner/index.js";
import type {NamedDistillation} from "./define.js";
import {judgingEval} from "./stages.js";

/** What a distillation is judged on, and what became of it before. */
export interface LoopState {
  /** The eval that judges. */
  asked: NamedEval;
  version: VersionManifest;
  split: SplitManifest;
  /** The parts that the teacher answers: validation where the split has rows in it. */
  parts: ("train" | "validation")[];
  /** The newest record of which model is kept; absent before the first verdict. */
  last?: KeptRecord;
  /** The last one that students were trained for. */
  trained?: KeptRecord;
  drift?: KeptRecord["drift"];
}

/** Throws where there is nothing to learn or judge. */
export async function loopState(
  store: Store,
  {name, definition}: NamedDistillation,
  {asked, version}: Pick<LoopState, "asked" | "version">
): Promise<LoopState> {
  const split = await ensureSplit(store, version, [judgingEval(definition, asked).split].flat()[0]!, {
    measure: false
  });
  const open = await openCounts(store, store.workspace, split);
  const empty = ["train", "test"].find((part) => !open[part]);
  if (empty !== undefined) throw new UserError(`nothing can be distilled: ${noRows(split, empty)}`);
  const history = await readKept(store.workspace, name);
  const columns = version.watch ? driftedColumns(version.watch) : [];
  return {
    asked,
    version,
    split,
    parts: open["validation"] ? ["train", "validation"] : ["train"],
    last: history.at(-1),
    trained: history.findLast(({trained}) => trained !== undefined),
    drift: columns.length > 0 ? {reference: version.watch!.reference, columns} : undefined
  };
}

/** Why a model in use cannot be used any more; undefined when it can, or none is in use. */
export async function whyUnusable(
  {workspace}: Pick<Store, "workspace">,
  used: ModelInUse | undefined
): Promise<string | undefined> {
  if (!used) return undefined;
  const dir = modelsDir(workspace);
  const found = (await listModels(dir)).find(({id}) => id === used.model);
  if (!found) return `the store has no model ${used.model.slice(0, 12)}`;
  try {
    await assertUsable(dir, found);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
