import {judgingEval} from "../../../evals/distillation/index.js";
import {type DatasetDefinition, driftedColumns} from "../../../data/datasets/index.js";
import {ensureSplit} from "../../../data/splits/index.js";
import {assertUsable, listModels} from "../../../weights/models/index.js";
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
} from "../../../base/store/index.js";
import {messageOf, UserError} from "../../../base/validation/index.js";
import {newestVersions} from "../../project/newestVersion.js";
import {datasetOf, loadEvals, type NamedEval} from "../../project/project.js";
import type {NamedDistillation} from "../../project/trainings.js";

/** What a distillation is judged on, and what became of it before. */
export interface DistilData {
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
export async function distilData(
  store: Store,
  {name, definition}: NamedDistillation,
  {project, datasets}: {project: string; datasets: readonly DatasetDefinition[]},
  tell: (text: string) => void
): Promise<DistilData> {
  const {evals, broken} = await loadEvals(project, [definition.eval]);
  const [asked] = evals;
  if (!asked) throw new UserError(broken.map(({message}) => message).join("\n"));
  const base = judgingEval(definition, asked);
  const version = await newestVersions(store, tell)(datasetOf(base, datasets));
  const split = await ensureSplit(store, version, [base.split].flat()[0]!, {measure: false});
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
export async function whyUnusable(store: Store, used: ModelInUse | undefined): Promise<string | undefined> {
  if (!used) return undefined;
  const dir = modelsDir(store.workspace);
  const found = (await listModels(dir)).find(({id}) => id === used.model);
  if (!found) return `the store has no model ${used.model.slice(0, 12)}`;
  try {
    await assertUsable(dir, found);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
