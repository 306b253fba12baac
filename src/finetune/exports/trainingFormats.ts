import {asSystem, withJsonArguments, withJsonParameters, withObjects, withText} from "./messageForms.js";
import {asksSomething, contentOf, listOf, messagesIn, type TrainingExample} from "./trainingExample.js";
import type {TrainingMessage} from "./messages.js";

export interface TrainingFormat {
  /** Which examples it can hold. */
  kind: TrainingExample["kind"];
  /** True for an example that makes all lines of a set whole conversations; absent where every line has the same form. */
  needsWhole?(example: TrainingExample): boolean;
  /** The line of an example; undefined when the format has no place for what is in it. */
  line(example: TrainingExample, whole: boolean): object | undefined;
}

const chat = (
  line: (messages: TrainingMessage[], example: TrainingExample, whole: boolean) => object | undefined
): TrainingFormat => ({
  kind: "chat",
  line: (example, whole) => line(messagesIn(example), example, whole)
});

const preference = (
  line: (prompt: TrainingMessage[], chosen: TrainingMessage, rejected: TrainingMessage) => object | undefined
): TrainingFormat => ({
  kind: "preference",
  line: (example) => {
    if (example.kind !== "preference") return undefined;
    const [chosen] = listOf([example.chosen]);
    const [rejected] = listOf([example.rejected]);
    const asks = asksSomething(example.prompt);
    return chosen && rejected && asks ? line(listOf(example.prompt), chosen, rejected) : undefined;
  }
});

const FROM: Readonly<Record<string, string>> = {
  system: "system",
  developer: "system",
  user: "human",
  assistant: "gpt"
};

/** As templates of open models read it. */
const forTemplates = (message: TrainingMessage) => withObjects(withText(asSystem(message)));

const ROLES = new Set(["user", "assistant", "system", "tool"]);

/**
 * A message as axolotl takes it in pairs: its role and its text. Undefined when it has no text, or calls a tool. Answers lose the
 * space around them, which templates cut off: axolotl looks for the answer in the rendered text.
 */
function plain(message: TrainingMessage): TrainingMessage | undefined {
  const {role, content, tool_calls: calls, function_call: call} = withText(asSystem(message));
  const callsTools = (Array.isArray(calls) && calls.length > 0) || Boolean(call);
  if (!ROLES.has(role) || callsTools || typeof content !== "string" || content.trim() === "")
    return undefined;
  return {role, content: role === "assistant" ? content.trim() : content};
}

const hasOneAnswer = (messages: readonly TrainingMessage[]) =>
  messages.filter(({role}) => role === "assistant").length === 1 && messages.at(-1)?.role === "assistant";

/** The last message is the answer, and nothing before it is the model's: what one-turn formats can hold. */
function oneTurn(messages: readonly TrainingMessage[]) {
  const answer = messages.at(-1);
  const before = messages.slice(0, -1);
  const system = before.filter(({role}) => role === "system" || role === "developer");
  const users = before.filter(({role}) => role === "user");
  if (answer?.role !== "assistant" || users.length !== 1 || system.length + 1 !== before.length)
    return undefined;
  if (answer.tool_calls !== undefined) return undefined;
  return {system: system.map(contentOf).join("\n"), user: contentOf(users[0]!), answer: contentOf(answer)};
}

/**
 * The forms of a training set, each a JSON object a line. `openai`, `trl`, `axolotl` and `sharegpt` hold conversations (`trl` what is asked
 * and the answer, while every conversation of the set has one answer); `prompt-completion` and `alpaca` one question with its answer; the `-dpo` ones pairs of answers.
 */
export const trainingFormats: Readonly<Record<string, TrainingFormat>> = {
  openai: chat((messages, example) => withTools({messages}, example)),
  trl: {
    // TRL learns by the columns of a file's first line.
    needsWhole: (example) => !hasOneAnswer(messagesIn(example)),
    ...chat((given, example, whole) => {
      const messages = given.map(forTemplates);
      return withTools(
        whole ? {messages} : {prompt: messages.slice(0, -1), completion: messages.slice(-1)},
        example
      );
    })
  },
  // It reads a file as columns of one type each, and JSON in these places.
  axolotl: chat((messages, example) => {
    const line = withTools({messages: messages.map(asSystem).map(withText).map(withJsonArguments)}, example);
    return "tools" in line ? {...line, tools: withJsonParameters(line.tools)} : line;
  }),
  sharegpt: chat((messages) =>
    messages.every(({role, tool_calls}) => Object.hasOwn(FROM, role) && tool_calls === undefined)
      ? {conversations: messages.map((one) => ({from: FROM[one.role], value: contentOf(one)}))}
      : undefined
  ),
  "prompt-completion": chat((messages) => {
    const turn = oneTurn(messages);
    return (
      turn && {
        prompt: [turn.system, turn.user].filter((text) => text !== "").join("\n\n"),
        completion: turn.answer
      }
    );
  }),
  alpaca: chat((messages) => {
    const turn = oneTurn(messages);
    if (!turn) return undefined;
    return turn.system === ""
      ? {instruction: turn.user, input: "", output: turn.answer}
      : {instruction: turn.system, input: turn.user, output: turn.answer};
  }),
  "openai-dpo": preference((messages, chosen, rejected) => ({
    input: {messages},
    preferred_output: [chosen],
    non_preferred_output: [rejected]
  })),
  "trl-dpo": preference((prompt, chosen, rejected) => ({
    prompt: prompt.map(forTemplates),
    chosen: [forTemplates(chosen)],
    rejected: [forTemplates(rejected)]
  })),
  "axolotl-dpo": preference((prompt, ...answers) => {
    const messages = prompt.map(plain);
    const [chosen, rejected] = answers.map(plain);
    return messages.includes(undefined) || !chosen || !rejected ? undefined : {messages, chosen, rejected};
  })
};

function withTools(line: object, example: TrainingExample): object {
  return example.kind === "chat" && example.tools !== undefined ? {...line, tools: example.tools} : line;
}
