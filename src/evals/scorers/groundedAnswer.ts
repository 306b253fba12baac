import {isObject} from "../../base/validation/isObject.js";
import {parseJsonOutput} from "./parseJsonOutput.js";
import {shownAnswer} from "./shownAnswer.js";
import type {Row, ScoreInput} from "./types.js";

/** The contexts of a row, where the answer does not bring its own. */
export type ContextsOf = (row: Row) => readonly string[] | undefined;

/**
 * An answer and the contexts that it was given. An output `{"answer": …, "contexts": […]}` brings both, as an agent's does; of any
 * other the contexts are those of the row, by default its column `contexts`: a list, or a JSON list as text.
 */
export function groundedAnswer(
  input: ScoreInput,
  contextsOf: ContextsOf = ({contexts}) => textsOf(contexts)
): {answer: string; contexts: readonly string[]} | {failed: string} {
  const said = parseJsonOutput(input.output)?.value;
  if (isObject(said) && typeof said.answer === "string") {
    const contexts = textsOf(said.contexts) ?? contextsOf(input.row);
    return contexts ? {answer: said.answer, contexts} : NO_CONTEXTS;
  }
  const contexts = contextsOf(input.row);
  return contexts ? {answer: shownAnswer(input), contexts} : NO_CONTEXTS;
}

const NO_CONTEXTS = {
  failed: "neither the answer nor the row has contexts: give the option `contexts`, a function of the row"
};

function textsOf(value: unknown): readonly string[] | undefined {
  const list = typeof value === "string" ? parseJsonOutput(value)?.value : value;
  return Array.isArray(list) && list.length > 0 && list.every((one) => typeof one === "string")
    ? (list as string[])
    : undefined;
}
