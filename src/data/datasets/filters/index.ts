export {applyFilters, type Filtered, REJECTED_FILE} from "./applyFilters.js";
export type {Filter, Filters, TextFilter} from "./filter.js";
export {chatFilters, encodingDamage, language, repetition, textLength} from "./presets.js";
export {statedFilters} from "./statedFilters.js";
