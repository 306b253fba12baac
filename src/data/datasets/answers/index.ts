/** The answers of runs as rows to learn from, apart from every test row. In: runs of the store. Out: rows and what was left out. */
export {carriedName} from "./answerRows.js";
export {
  type AnswersForm,
  type AnswersKept,
  answersOf,
  type AnswersOptions,
  answersSchema,
  type AnswersSource,
  isAnswers
} from "./answersOf.js";
export {type OutputTerms, type TrainOnOutputs} from "./outputTerms.js";
export {type AnswersRecord, leftOutText, readAnswers} from "./readAnswers.js";
export type {StatedBySource} from "./statedBySource.js";
export type {TeacherRecord} from "./teachers.js";
