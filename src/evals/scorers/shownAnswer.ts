import type {ToolCall} from "../../inference/endpoints/types.js";
import {answerText} from "../../base/store/answerText.js";

/** What a scorer was given; who calls one by hand may have no completion. */
interface ScorerAnswer {
  output: string;
  completion?: {toolCalls?: ToolCall[]};
}

/** All that a model answered, as judges and people's labels know it: its text, and below it the tools that it called. */
export function shownAnswer({output, completion}: ScorerAnswer): string {
  return answerText(output, completion?.toolCalls);
}

/** Whether an answer calls tools and says nothing. */
export function isCallsAlone({output, completion}: ScorerAnswer): boolean {
  return output.trim() === "" && (completion?.toolCalls ?? []).length > 0;
}
