import {emptyRecord} from "../../base/validation/memberOf.js";
import type {ToolDefinition} from "../endpoints/index.js";
import {jsonSchemaGrammars} from "./grammar/jsonGrammar.js";
import {grammarLiteral} from "./grammar/literals.js";
import type {Schema} from "./grammar/united.js";
import type {CallRules, Style} from "./toolCalls.js";

export interface AnswerRules extends CallRules {
  /** What an answer that calls nothing must be. */
  format?: Schema;
}

export interface AnswerGrammar {
  grammar: string;
  /** What is written before the grammar begins, where a call is the model's own choice. */
  after?: string;
}

/** The grammar of an answer that may call tools, be JSON, or either; undefined where any text will do. */
export function answerGrammar(
  style: Style,
  tools: readonly ToolDefinition[],
  {choice, one, format}: AnswerRules
): AnswerGrammar | undefined {
  if (tools.length === 0 || choice === "none")
    return format === undefined ? undefined : {grammar: jsonSchemaGrammars({root: format})};
  const named = typeof choice === "object" ? choice.function.name : undefined;
  const allowed = tools.filter(({function: {name}}) => named === undefined || name === named);
  const {mark, body} = callsOf(style, one);
  if (choice !== "auto") return {grammar: `root ::= ${mark} ${body}\n${callRulesOf(style, allowed)}`};
  if (format !== undefined)
    return {grammar: `root ::= ${mark} ${body} | content\n${callRulesOf(style, allowed, format)}`};
  // Bare JSON is no mark: what the model chose is seen when it has ended.
  if (mark === "") return undefined;
  return {grammar: `root ::= ${body}\n${callRulesOf(style, allowed)}`, after: JSON.parse(mark) as string};
}

/** The mark before calls and what follows it. */
function callsOf({name}: Style, one: boolean): {mark: string; body: string} {
  if (name === "hermes") {
    const first = `"\\n"? call "\\n"? "</tool_call>"`;
    return {mark: `"<tool_call>"`, body: one ? first : `${first} ("\\n"? "<tool_call>" ${first})*`};
  }
  if (name === "mistral")
    return {mark: `"[TOOL_CALLS]"`, body: `" "? "[" call ${one ? "" : `(", " call)* `}"]"`};
  return {mark: "", body: "call"};
}

/** Each tool's parameters are a schema of their own, whose references lead nowhere else. */
function callRulesOf({name: style}: Style, tools: readonly ToolDefinition[], format?: Schema): string {
  const key = grammarLiteral(style === "llama" ? "parameters" : "arguments");
  const schemas: Record<string, Schema> = emptyRecord();
  const calls = tools.map(({function: {name, parameters}}, i) => {
    schemas[`call-${i}-arguments`] = (parameters ?? {type: "object"}) as Schema;
    return `call-${i} ::= "{" " "? "\\"name\\"" " "? ":" " "? ${grammarLiteral(name)} " "? "," " "? ${key} " "? ":" " "? call-${i}-arguments " "? "}"`;
  });
  if (format !== undefined) schemas.content = format;
  const call = `call ::= ${tools.map((_, i) => `call-${i}`).join(" | ")}`;
  return [call, ...calls, jsonSchemaGrammars(schemas)].join("\n");
}
