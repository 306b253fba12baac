import type {Message} from "../../inference/endpoints/index.js";
import type {PromptPreview} from "../../evals/runner/index.js";
import {bold, dim, printable, printableLines} from "./terminal.js";

/** Messages for a person, control characters escaped. */
export function messagesText(messages: readonly Message[]): string {
  return messages
    .map(({role, content, tool_calls: calls, tool_call_id: answers}) =>
      [
        bold(printable(answers === undefined ? role : `${role} (answers ${answers})`)),
        ...(content === null || content === undefined ? [] : [printableLines(textOf(content))]),
        ...(calls?.length ? [printableLines(JSON.stringify(calls, null, 2))] : []),
        ""
      ].join("\n")
    )
    .join("\n");
}

export function toolsText(candidate: string, tools: readonly object[]): string {
  return `${bold(`tools of ${printable(candidate)}`)}\n${printableLines(JSON.stringify(tools, null, 2))}`;
}

/** What a run would send of its first rows, and to whom it would not. */
export function previewText(title: string, {rows, tools, notPrepared}: PromptPreview): string {
  return [
    `${title}: prompts of ${rows.length} rows; nothing was sent`,
    ...rows.flatMap(({rowId, prompts, columns, refused}) => [
      dim(`row ${printable(rowId)}`),
      ...prompts.flatMap(({variant, messages, failed}) => [
        ...(prompts.length > 1 ? [bold(printable(variant))] : []),
        messages ? messagesText(messages) : `! ${printable(failed ?? "")}`
      ]),
      ...columns.flatMap(({name, candidates: readers, text}) => [
        bold(`column ${printable(name)}, given to classifiers of ${printable(readers.join(", "))} instead`),
        printableLines(text),
        ""
      ]),
      ...refused.map(({name, reason}) => `! not sent to ${printable(name)}: ${printable(reason)}`)
    ]),
    ...tools.map(({candidate, tools: own}) => toolsText(candidate, own)),
    ...(notPrepared.length > 0
      ? [
          dim(
            `What may go to ${printable(notPrepared.join(", "))} is checked when a run has prepared ${notPrepared.length === 1 ? "it" : "them"}.`
          )
        ]
      : [])
  ].join("\n");
}

/** Content is text by its type; a prompt function's may be a list of parts all the same. */
function textOf(content: unknown): string {
  return typeof content === "string" ? content : JSON.stringify(content, null, 2);
}
