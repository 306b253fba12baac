/**
 * Merges of checkpoints by recipe: reading, planning, checking, computing block by block, and the record of it.
 * In: a recipe in YAML and checkpoints. Out: a checkpoint, its card, and figures of how the inputs relate.
 * A method is one file in `methods/`; `lora/` applies adapters (BASE+ADAPTER). Choosing among merges is `evals/mergeSearch`.
 */
export {buildFolder} from "./outFolder.js";
export {hashFiles} from "./hashes.js";
export {merge} from "./merge.js";
export {readMasks} from "./masks.js";
export {METHODS} from "./methods/index.js";
export type {MergeProgress} from "./options.js";
export {mergeVersion} from "./fingerprint.js";
export {mergeRecord, recordMerge} from "./record.js";
export {storedInputs} from "./storedInputs.js";
export type {MergeReport} from "./report.js";
export {parseRecipes} from "./recipe/parse.js";
export {RecipeError} from "./recipe/problems.js";
export {checkMerge, type DocumentCheck, type PlanCheck} from "./check.js";
export {tensorNames} from "./tensorNames.js";
export {tryMerge, type TriedTensor} from "./tryMerge.js";
export {mergeMoe} from "./moe/merge.js";
export {isMoeRecipe, readMoeRecipe} from "./moe/read.js";
export type {ResolveModel} from "./plan/model.js";
