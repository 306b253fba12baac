export {clusterTexts} from "./clusterTexts.js";
export {
  NEAR_DUPLICATES,
  nearDuplicates,
  type NearDuplicates,
  type Reading
} from "./nearDuplicates.js";
export {labelConflicts, type LabelConflict} from "./labelConflicts.js";
export {nearMatches} from "./nearMatches.js";
export {NumberList} from "./numberList.js";
export {plainWords, type PlainWordsOptions} from "./plainWords.js";
export {nearDuplicateSettings, type NearDuplicateSettings} from "./settings.js";
export {eachShingle} from "./shingles.js";
export {SHINGLE_WORDS, TextIndex} from "./textIndex.js";
export {UnionFind} from "./unionFind.js";
export {hashNumber} from "./wordHash.js";
