export {type Bands, bandsFor, RECALL, recallAt} from "./bands.js";
export {copiedTexts, editedTexts} from "./editedTexts.js";
export {
  clusterTexts,
  NEAR_DUPLICATES,
  nearDuplicates,
  type NearDuplicates,
  type VersionReader
} from "./nearDuplicates.js";
export {labelConflicts, type LabelConflict} from "./labelConflicts.js";
export {KnownTexts, type NearMatch, nearMatches} from "./nearMatches.js";
export {NumberList} from "./numberList.js";
export {plainWords, type PlainWordsOptions} from "./plainWords.js";
export {nearDuplicateSettings, type NearDuplicateSettings} from "./settings.js";
export {eachShingle} from "./shingles.js";
export {SHINGLE_WORDS, TextIndex} from "./textIndex.js";
export {UnionFind} from "./unionFind.js";
export {hashNumber, hashUnits} from "./wordHash.js";
