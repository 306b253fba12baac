import type {ModelParameters, ToolDefinition, ToolCall} from "../endpoints/index.js";
import {hashJson} from "../../base/system/hash.js";

/** How a family of models writes calls of tools. */
export interface Style {
  name: "hermes" | "mistral" | "llama" | "json";
  /** Whether its marks are special tokens, which are otherwise kept out of the text. */
  special: boolean;
}

/** The way of a chat template: `<tool_call>` tags (Qwen, Hermes), `[TOOL_CALLS]` (Mistral), bare JSON (Llama 3, others). */
export function toolStyle(template: string): Style {
  if (template.includes("<tool_call>")) return {name: "hermes", special: false};
  if (template.includes("[TOOL_CALLS]")) return {name: "mistral", special: true};
  return {name: template.includes('"parameters"') ? "llama" : "json", special: false};
}

export type ToolChoice = "none" | "auto" | "required" | {type: "function"; function: {name: string}};

/** What a request says of calls, beside its tools. */
export interface CallRules {
  choice: ToolChoice;
  /** At most one call in an answer. */
  one: boolean;
}

export function callRules({tool_choice: choice, parallel_tool_calls: parallel}: ModelParameters): CallRules {
  return {choice: (choice as ToolChoice | null | undefined) ?? "auto", one: parallel === false};
}

/**
 * The calls in an answer and the text beside them; no calls when none can be read or a name is not among the tools.
 * @param of what tells this answer from the others of a conversation, whose calls have other ids
 */
export function readToolCalls(
  style: Style,
  text: string,
  tools: readonly ToolDefinition[],
  of: unknown
): {text: string; calls: ToolCall[]} {
  const names = new Set(tools.map(({function: {name}}) => name));
  const bodies: string[] = [];
  let rest = text;
  if (style.name === "hermes") {
    for (const [, body] of text.matchAll(/<tool_call>([\s\S]*?)<\/tool_call>/g)) bodies.push(body!);
    rest = text.replace(/\s*<tool_call>[\s\S]*?<\/tool_call>/g, "");
  } else if (style.name === "mistral") {
    const at = text.indexOf("[TOOL_CALLS]");
    if (at >= 0) {
      bodies.push(text.slice(at + "[TOOL_CALLS]".length).replace(/<\/s>\s*$/, ""));
      rest = text.slice(0, at);
    }
  } else {
    bodies.push(text);
    rest = "";
  }
  const calls: ToolCall[] = [];
  for (const body of bodies)
    for (const value of [jsonOrText(body)].flat()) {
      const {name, arguments: own, parameters} = (value ?? {}) as Record<string, unknown>;
      if (typeof name !== "string" || !names.has(name)) return {text, calls: []};
      calls.push({
        // Templates of Mistral take nothing but nine letters and digits.
        id: hashJson([of, text, calls.length]).slice(0, 9),
        type: "function",
        function: {name, arguments: JSON.stringify(own ?? parameters ?? {})}
      });
    }
  return calls.length > 0 ? {text: rest, calls} : {text, calls};
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
