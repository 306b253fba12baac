export {merge} from "./merge.js";
export {type MergeOptions, type MergeProgress} from "./options.js";
export {type InputRelations, type LayerReport, type MergeReport, type TensorReport} from "./report.js";
export {parseRecipes} from "./recipe/parse.js";
export {type Problem, RecipeError} from "./recipe/problems.js";
export {METHODS} from "./methods/index.js";
export {openCheckpoint} from "./safetensors/open.js";
export {writeSafetensors} from "./safetensors/write.js";
