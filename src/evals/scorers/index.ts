/**
 * Scorers: functions from an answer and what was expected to a score, and their versions.
 * In: output, expected value, row. Out: a number, true or false, a value with details, or why there is no score.
 * A scorer is one file and one line here; its options, check and `@example`s stand in that file. No scorer averages rows.
 */
import * as own from "./index.js";
import {makers} from "./makers.js";

export {answered} from "./answered.js";
export {answerRelevance} from "./answerRelevance.js";
export {type Assertion, assertions, type AssertionsOptions, assertionTypes} from "./assertions.js";
export {bleu, type BleuOptions} from "./bleu.js";
export {chrf, type ChrfOptions} from "./chrf.js";
export {citationSupport} from "./citationSupport.js";
export {classification, type ClassificationOptions} from "./classification.js";
export {codeExecution, type CodeExecutionOptions, type CodeLanguage} from "./code/index.js";
export {embeddingSimilarity, type EmbeddingOptions} from "./embeddingSimilarity.js";
export {exactMatch} from "./exactMatch.js";
export {faithfulness} from "./faithfulness.js";
export type {GroundedJudgeOptions} from "./groundedJudge.js";
export {humanLabels, type HumanLabel} from "./humanLabels.js";
export {includes, type IncludesOptions} from "./includes.js";
export {instructionFollowing, type InstructionOptions} from "./instructionFollowing.js";
export {jsonFields, type JsonFieldsOptions} from "./jsonFields.js";
export {jsonSchema, type JsonSchemaOptions} from "./jsonSchema.js";
export type {Judge} from "./askJudge.js";
export {judgePairwise, type JudgePairwiseOptions} from "./judgePairwise.js";
export {judgeRating, type JudgeRatingOptions} from "./judgeRating.js";
export {judgeReview} from "./judgeReview.js";
export {matchAfter, type MatchAfterOptions} from "./matchAfter.js";
export {multipleChoice, type MultipleChoiceOptions} from "./multipleChoice.js";
export {mcc, type MccOptions} from "./mcc.js";
export type {Normalization} from "./normalizeText.js";
export {normalizedMatch} from "./normalizedMatch.js";
export {numeric, type NumericOptions} from "./numeric.js";
export {probability, type ProbabilityOptions} from "./probability.js";
export {regexMatch, type RegexOptions} from "./regexMatch.js";
export {retrieval, type RetrievalOptions} from "./retrieval.js";
export {rouge, type RougeOptions} from "./rouge.js";
export {identifiedVersion, modelAsked, scorerVersion, withSettings} from "./scorerVersion.js";
export {ter, type TerOptions} from "./ter.js";
export {tokenF1} from "./tokenF1.js";
export {toolCallMatch, type ToolCallOptions} from "./toolCallMatch.js";
export {wer} from "./wer.js";
export type {Json, Row, ScoreInput, Scorer, ScorerCalls, ScoreResult} from "./types.js";

for (const [name, value] of Object.entries(own))
  if (typeof value === "function" && !("module" in value)) makers.set(value, name);
