export {type ChatColumns, type ChatExample, chatExample} from "./chatExample.js";
export {
  checkChatExample,
  type ChatProblem,
  type ChatWarning,
  type CheckedChatExample
} from "./checkChatExample.js";
export {FEWEST_EXAMPLES, type ChatFile, writeChatFile} from "./writeChatFile.js";
export {type Destination, destinations} from "./destinations.js";
export type {TokenCount} from "./exampleTokens.js";
export {
  type DestinationFinding,
  PreflightCounter,
  refusalsText,
  type TrainingCost,
  trainingCost,
  type TrainingPreflight
} from "./preflight.js";
export {
  asksSomething,
  chatTrainingExample,
  contentOf,
  messagesIn,
  type PreferenceColumns,
  preferenceExample,
  type TrainingExample,
  type TrainingMessage
} from "./trainingExample.js";
export {type TrainingFormat, trainingFormats} from "./trainingFormats.js";
