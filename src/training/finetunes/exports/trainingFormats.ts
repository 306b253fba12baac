import {memberOf} from "../../../base/validation/memberOf.js";
import {asSystem, withJsonArguments, withJsonParameters, withObjects, withText} from "./messageForms.js";
import {isWritten, textAlone, withWords} from "./spoken.js";
import {asksSomething, messageList, messagesIn, type TrainingExample} from "./trainingExample.js";
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
  line: (
    prompt: TrainingMessage[],
    answers: [chosen: TrainingMessage, rejected: TrainingMessage],
    example: TrainingExample
  ) => object | undefined
): TrainingFormat => ({
  kind: "preference",
  line: (example) => {
    if (example.kind !== "preference") return undefined;
    const [chosen] = messageList([example.chosen]);
    const [rejected] = messageList([example.rejected]);
    const asks = asksSomething(example.prompt);
    return chosen && rejected && asks
      ? line(messageList(example.prompt), [chosen, rejected], example)
      : undefined;
  }
});

const FROM: Readonly<Record<string, string>> = {
  system: "system",
  developer: "system",
  user: "human",
  assistant: "gpt"
};

/** As templates of open models read it; undefined when they would leave a part of it out. */
function forTemplates(message: TrainingMessage): TrainingMessage | undefined {
  const own = withText(withWords(asSystem(message)));
  return isWritten(own) ? own : undefined;
}

const forTrl = (message: TrainingMessage) => {
  const own = forTemplates(message);
  return own && withObjects(own);
};

/** The same of every message; undefined when one of them has no place. */
function allOf<T>(
  messages: readonly TrainingMessage[],
  form: (message: TrainingMessage) => T | undefined
): T[] | undefined {
  const formed = messages.map(form).filter((one) => one !== undefined);
  return formed.length === messages.length ? formed : undefined;
}

const ROLES = new Set(["user", "assistant", "system", "tool"]);

/**
 * A message as axolotl takes it in pairs: its role and its text. Undefined when it has no text, or calls a tool. Answers lose the
 * space around them, which templates cut off: axolotl looks for the answer in the rendered text.
 */
function textMessage(message: TrainingMessage): TrainingMessage | undefined {
  const {role} = asSystem(message);
  const content = textAlone(message);
  if (!ROLES.has(role) || !content?.trim()) return undefined;
  return {role, content: role === "assistant" ? content.trim() : content};
}

const hasOneAnswer = (messages: readonly TrainingMessage[]) =>
  messages.filter(({role}) => role === "assistant").length === 1 && messages.at(-1)?.role === "assistant";

/** The last message is the answer, and nothing before it is the model's: what one-turn formats can hold. */
function oneTurn(messages: readonly TrainingMessage[], example: TrainingExample) {
  const answer = messages.at(-1);
  const before = messages.slice(0, -1);
  const system = before.filter(({role}) => role === "system" || role === "developer");
  const users = before.filter(({role}) => role === "user");
  if (answer?.role !== "assistant" || users.length !== 1 || system.length + 1 !== before.length)
    return undefined;
  const texts = hasTools(example) ? undefined : allOf([...system, users[0]!, answer], textAlone);
  if (!texts) return undefined;
  const [user, said] = texts.slice(-2) as [string, string];
  return {system: texts.slice(0, -2).join("\n"), user, answer: said};
}

/**
 * The forms of a training set, each a JSON object a line. `openai`, `trl`, `axolotl` and `sharegpt` hold conversations (`trl` what is asked
 * and the answer, while every conversation of the set has one answer); `prompt-completion` and `alpaca` one question with its answer; the `-dpo` ones pairs of answers; `trl-kto` single answers marked good or bad.
 */
export const trainingFormats: Readonly<Record<string, TrainingFormat>> = {
  openai: chat((messages, example) => withTools({messages}, example)),
  trl: {
    // TRL learns by the columns of a file's first line.
    needsWhole: (example) => !hasOneAnswer(messagesIn(example)),
    ...chat((given, example, whole) => {
      const messages = allOf(given, forTrl);
      if (!messages) return undefined;
      return withTools(
        whole ? {messages} : {prompt: messages.slice(0, -1), completion: messages.slice(-1)},
        example
      );
    })
  },
  // It reads a file as columns of one type each, and JSON in these places.
  axolotl: chat((given, example) => {
    const messages = allOf(given, forTemplates);
    if (!messages) return undefined;
    const line = withTools({messages: messages.map(withJsonArguments)}, example);
    return "tools" in line ? {...line, tools: withJsonParameters(line.tools)} : line;
  }),
  sharegpt: chat((messages, example) => {
    const conversations = hasTools(example) ? undefined : allOf(messages, sharegptTurn);
    return conversations && {conversations};
  }),
  "prompt-completion": chat((messages, example) => {
    const turn = oneTurn(messages, example);
    return (
      turn && {
        prompt: [turn.system, turn.user].filter((text) => text !== "").join("\n\n"),
        completion: turn.answer
      }
    );
  }),
  alpaca: chat((messages, example) => {
    const turn = oneTurn(messages, example);
    if (!turn) return undefined;
    return turn.system === ""
      ? {instruction: turn.user, input: "", output: turn.answer}
      : {instruction: turn.system, input: turn.user, output: turn.answer};
  }),
  "openai-dpo": preference((messages, [chosen, rejected], example) => ({
    input: withTools({messages}, example),
    preferred_output: [chosen],
    non_preferred_output: [rejected]
  })),
  "trl-dpo": preference((prompt, answers, example) => {
    const [asked, chosen, rejected] = [prompt, ...answers.map((one) => [one])].map((one) =>
      allOf(one, forTrl)
    );
    return asked && chosen && rejected ? withTools({prompt: asked, chosen, rejected}, example) : undefined;
  }),
  "axolotl-dpo": preference((prompt, answers, example) => {
    const messages = hasTools(example) ? undefined : allOf(prompt, textMessage);
    const [chosen, rejected] = answers.map(textMessage);
    return messages && chosen && rejected ? {messages, chosen, rejected} : undefined;
  }),
  "trl-kto": {
    kind: "kto",
    line: (example) => {
      if (example.kind !== "kto") return undefined;
      const [prompt, completion] = [messageList(example.prompt), messageList([example.completion])].map(
        (one) => allOf(one, forTrl)
      );
      return prompt && completion ? withTools({prompt, completion, label: example.good}, example) : undefined;
    }
  }
};

function sharegptTurn(message: TrainingMessage) {
  const value = textAlone(message);
  return Object.hasOwn(FROM, message.role) && value !== undefined
    ? {from: memberOf(FROM, message.role), value}
    : undefined;
}

const hasTools = (example: TrainingExample) => Array.isArray(example.tools) && example.tools.length > 0;

function withTools(line: object, example: TrainingExample): object {
  return example.tools === undefined ? line : {...line, tools: example.tools};
}
