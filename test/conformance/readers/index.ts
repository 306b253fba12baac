import type {Reader} from "../figure.js";
import {agreement} from "./agreement.js";
import {blockFormats} from "./blockFormats.js";
import {chatTemplates} from "./chatTemplates.js";
import {classifiedQueries} from "./classifiedQueries.js";
import {ggufFiles} from "./ggufFiles.js";
import {hostingCost} from "./hostingCost.js";
import {inspectLogs} from "./inspectLogs.js";
import {instructionResponses} from "./instructionResponses.js";
import {judgeReviews} from "./judgeReviews.js";
import {languageReaders} from "./language/index.js";
import {labelledPredictions} from "./labelledPredictions.js";
import {mathSolutions} from "./mathSolutions.js";
import {mergeCases} from "./mergeCases.js";
import {nearDuplicatePairs} from "./nearDuplicatePairs.js";
import {overlapVectors} from "./overlapVectors.js";
import {pairedComparisons} from "./pairedComparisons.js";
import {pairedSamples} from "./pairedSamples.js";
import {partSizes} from "./partSizes.js";
import {piiSentences} from "./piiSentences.js";
import {piiSpans} from "./piiSpans.js";
import {piiVectors} from "./piiVectors.js";
import {preferences} from "./preferences.js";
import {raterLists} from "./raterLists.js";
import {rougeVectors} from "./rougeVectors.js";
import {significance} from "./significance.js";
import {strengthVectors} from "./strengthVectors.js";
import {targetPredictions} from "./targetPredictions.js";
import {translations} from "./translations.js";

/** One line for each kind of item. */
export const readers: readonly Reader[] = [
  agreement,
  blockFormats,
  chatTemplates,
  classifiedQueries,
  ggufFiles,
  hostingCost,
  inspectLogs,
  instructionResponses,
  judgeReviews,
  ...languageReaders,
  labelledPredictions,
  mathSolutions,
  mergeCases,
  nearDuplicatePairs,
  overlapVectors,
  pairedComparisons,
  pairedSamples,
  partSizes,
  piiSentences,
  piiSpans,
  piiVectors,
  preferences,
  raterLists,
  rougeVectors,
  significance,
  strengthVectors,
  targetPredictions,
  translations
];
