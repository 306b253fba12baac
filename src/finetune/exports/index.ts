export {type ChatColumns, type ChatExample, chatExample} from "./chatExample.js";
export {
  checkChatExample,
  type ChatProblem,
  type ChatWarning,
  type CheckedChatExample
} from "./checkChatExample.js";
export {FEWEST_EXAMPLES, type ChatFile, writeChatFile} from "./writeChatFile.js";
