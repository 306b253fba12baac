export {applyFilters, type Filtered, REJECTED_FILE} from "./applyFilters.js";
export {type Filter, type Filters, type TextFilter, statedFilters} from "./filter.js";
export {chatFilters, encodingDamage, language, repetition, textLength} from "./presets.js";
