import {caseChecks} from "./changeCase.js";
import {combinationChecks} from "./combination.js";
import {contentChecks} from "./detectableContent.js";
import {formatChecks} from "./detectableFormat.js";
import {keywordChecks} from "./keywords.js";
import {languageChecks} from "./language.js";
import {lengthChecks} from "./lengthConstraints.js";
import {punctuationChecks} from "./punctuation.js";
import {startEndChecks} from "./startEnd.js";
import type {InstructionCheck} from "./types.js";

/** IFEval's 25 verifiable instructions by their ids (Zhou et al. 2023, arXiv 2311.07911). */
export const instructionChecks: Readonly<Record<string, InstructionCheck>> = {
  ...keywordChecks,
  ...languageChecks,
  ...lengthChecks,
  ...contentChecks,
  ...formatChecks,
  ...combinationChecks,
  ...startEndChecks,
  ...caseChecks,
  ...punctuationChecks
};
