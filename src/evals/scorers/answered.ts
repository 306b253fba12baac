import {isCut, isRefused} from "../../base/store/answerEnds.js";
import type {Scorer} from "./types.js";

/**
 * 1 when there is an answer at all, text or calls of tools, that was neither refused nor cut off; else 0. Needs no expected value:
 * the scorer of an eval that asks for answers to learn from.
 *
 * @example `await answered({output: "Paris", completion: {text: "Paris", finishReason: "stop", latencyMs: 1, attempts: 1}})` gives `true`
 */
export const answered: Scorer = ({output, completion: {finishReason, toolCalls = []}}) =>
  (/\S/.test(output) || toolCalls.length > 0) && !isCut(finishReason) && !isRefused(finishReason);
answered.module = import.meta.url;
