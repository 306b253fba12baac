import {inspect} from "./inspect.js";
import {lmEval} from "./lmEval.js";
import {openaiChat} from "./openaiChat.js";
import {otelSpans} from "./otelSpans.js";
import {promptfoo} from "./promptfoo.js";
import type {Importer} from "./types.js";

/** One line for each tool whose logs can be read. */
export const importers = {
  inspect,
  "lm-eval": lmEval,
  "openai-chat": openaiChat,
  "otel-spans": otelSpans,
  promptfoo
} satisfies Record<string, Importer>;

export type LogTool = keyof typeof importers;
export {inspectInvalidation, inspectLog, inspectOutput, withAttachments} from "./inspectLog.js";
export {inspectParts} from "./inspectValue.js";
export {at, isObject, type JsonObject, objectsOf, textOf} from "./json.js";
export {lmEvalModel, lmEvalResults, lmEvalRowModel} from "./lmEvalResults.js";
export {lmEvalInput, lmEvalOutput, lmEvalTarget, lmEvalTask} from "./lmEvalSample.js";
export {messageAnswer, messageText} from "./messages.js";
export {openZip, type Zip} from "./zip.js";
