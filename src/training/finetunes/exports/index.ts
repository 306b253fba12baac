export {type ChatColumns, type ChatExample, chatExample} from "./chatExample.js";
export {
  checkChatExample,
  type ChatProblem,
  type ChatWarning,
  type CheckedChatExample
} from "./checkChatExample.js";
export {FEWEST_EXAMPLES, type ChatFile, writeChatFile} from "./writeChatFile.js";
export {destinations, exampleProblem, type TokenLimit, type TrainingDestination} from "./destinations.js";
export {estimatedTokens, type TokenCount} from "./exampleTokens.js";
export {
  type DestinationFinding,
  PreflightCounter,
  type TrainingCost,
  trainingCost,
  type TrainingPreflight
} from "./preflight.js";
export {
  chatTrainingExample,
  messagesIn,
  type PreferenceColumns,
  preferenceExample,
  questionOf,
  type TrainingExample
} from "./trainingExample.js";
export type {TrainingMessage} from "./messages.js";
export {type TrainingFormat, trainingFormats} from "./trainingFormats.js";
