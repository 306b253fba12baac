import {
  contentOf,
  listOf,
  messagesIn,
  type TrainingExample,
  type TrainingMessage
} from "./trainingExample.js";

export interface TrainingFormat {
  /** Which examples it can hold. */
  kind: TrainingExample["kind"];
  /** The line of an example; undefined when the format has no place for what is in it. */
  line(example: TrainingExample): object | undefined;
}

const chat = (
  line: (messages: TrainingMessage[], example: TrainingExample) => object | undefined
): TrainingFormat => ({
  kind: "chat",
  line: (example) => line(messagesIn(example), example)
});

const preference = (
  line: (prompt: TrainingMessage[], chosen: TrainingMessage, rejected: TrainingMessage) => object | undefined
): TrainingFormat => ({
  kind: "preference",
  line: (example) => {
    if (example.kind !== "preference") return undefined;
    const [chosen] = listOf([example.chosen]);
    const [rejected] = listOf([example.rejected]);
    const prompt = listOf(example.prompt);
    return chosen && rejected && prompt.length > 0 ? line(prompt, chosen, rejected) : undefined;
  }
});

const FROM: Readonly<Record<string, string>> = {
  system: "system",
  developer: "system",
  user: "human",
  assistant: "gpt",
  tool: "tool"
};

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
 * The forms of a training set, each a JSON object a line. `openai`, `trl`, `axolotl` and `sharegpt` hold conversations;
 * `prompt-completion` and `alpaca` one question with its answer; the `-dpo` ones pairs of answers.
 */
export const trainingFormats: Readonly<Record<string, TrainingFormat>> = {
  openai: chat((messages, example) => withTools({messages}, example)),
  trl: chat((messages, example) => {
    const answer = messages.at(-1);
    const whole =
      messages.filter(({role}) => role === "assistant").length !== 1 || answer?.role !== "assistant";
    return withTools(whole ? {messages} : {prompt: messages.slice(0, -1), completion: [answer]}, example);
  }),
  axolotl: chat((messages, example) => withTools({messages}, example)),
  sharegpt: chat((messages) =>
    messages.every(({role, tool_calls}) => role in FROM && tool_calls === undefined)
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
  "trl-dpo": preference((prompt, chosen, rejected) => ({prompt, chosen: [chosen], rejected: [rejected]})),
  "axolotl-dpo": preference((messages, chosen, rejected) => ({messages, chosen, rejected}))
};

function withTools(line: object, example: TrainingExample): object {
  return example.kind === "chat" && example.tools !== undefined ? {...line, tools: example.tools} : line;
}
