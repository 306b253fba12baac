import {checkChatExample} from "./checkChatExample.js";
import {isWritten} from "./spoken.js";
import {asksSomething, messageList, messagesIn, type TrainingExample} from "./trainingExample.js";

/** Most tokens of an example, and what happens to longer ones. */
export interface TokenLimit {
  most: number;
  then: string;
}

/** Who trains, and what they ask of a training set. */
export interface TrainingDestination {
  name: string;
  /** Formats of ours that it takes. */
  formats: readonly string[];
  leastRows: number;
  mostRows?: number;
  mostBytes?: number;
  /** Where it is not told otherwise. */
  tokens?: TokenLimit;
  /** Formats of ours that it puts through the chat template of the model's folder. */
  templated?: readonly string[];
  /** Why it would turn an example down or lose it, each a few words; empty when it would not. */
  problems(example: TrainingExample, format: string): string[];
  /** What it would pass over in an example, each a few words. */
  losses?(example: TrainingExample): string[];
}

const MB = 2 ** 20;

/** Rules as the services and libraries document them; the docs name the days on which they were read. */
export const destinations: readonly TrainingDestination[] = [
  {name: "OpenAI", formats: ["openai", "openai-dpo"], leastRows: 10, mostBytes: 512 * MB, problems: openai},
  {
    name: "Azure OpenAI",
    formats: ["openai", "openai-dpo"],
    leastRows: 10,
    mostBytes: 512 * MB,
    problems: openai
  },
  {
    name: "Together",
    formats: ["openai", "prompt-completion", "openai-dpo"],
    leastRows: 1,
    problems: (example) => [
      ...openai(example),
      ...(developed(example) ? ["role developer is unknown"] : []),
      ...(alternates(example) || callsTools(example) ? [] : ["roles do not alternate"])
    ]
  },
  {
    name: "Fireworks",
    formats: ["openai", "openai-dpo"],
    leastRows: 3,
    mostRows: 3_000_000,
    problems: (example) => [
      ...openai(example),
      ...(developed(example) ? ["role developer is unknown"] : []),
      ...(systemFirst(example) ? [] : ["a system message is not first"])
    ]
  },
  {
    name: "TRL",
    formats: ["trl", "prompt-completion", "openai", "trl-dpo", "trl-kto"],
    leastRows: 1,
    tokens: {most: 1024, then: "cut at the end (max_length)"},
    templated: ["trl", "openai", "trl-dpo", "trl-kto"],
    problems: unwritten,
    losses: passedOver
  },
  {
    name: "axolotl",
    formats: ["axolotl", "openai", "sharegpt", "alpaca", "prompt-completion", "axolotl-dpo"],
    leastRows: 1,
    tokens: {most: 512, then: "dropped without a word (sequence_len)"},
    templated: ["axolotl", "openai", "sharegpt", "axolotl-dpo"],
    problems: unwritten,
    losses: passedOver
  },
  {
    name: "LLaMA-Factory",
    formats: ["sharegpt", "alpaca", "axolotl-dpo"],
    leastRows: 1,
    tokens: {most: 2048, then: "cut (cutoff_len)"},
    // It passes over other conversations with a warning in its log.
    problems: (example) =>
      endsWithAnswer(example) ? [] : ["roles do not alternate and end with the assistant"],
    losses: passedOver
  }
];

/** Why nobody who takes a format would take an example in it; undefined when somebody does. */
function refusedByAll(example: TrainingExample, format: string): string | undefined {
  const said = destinations
    .filter(({formats}) => formats.includes(format))
    .map(({problems}) => problems(example, format));
  return said.every((problems) => problems.length > 0) ? said[0]?.join(", ") : undefined;
}

function openai(example: TrainingExample): string[] {
  if (example.kind === "chat") {
    const {messages, tools} = example;
    return checkChatExample({messages, tools}).problems.map(said);
  }
  // None of those who train by these rules takes its format.
  if (example.kind === "kto") return [];
  const prompt = messageList(example.prompt);
  const answers = [example.chosen, example.rejected];
  const wrong = answers.flatMap((answer) => checkChatExample({messages: [answer]}).problems);
  return [
    ...(asksSomething(prompt) ? [] : ["nothing is asked"]),
    ...(prompt.at(-1)?.role === "assistant" ? ["the question ends with an answer"] : []),
    ...(wrong.length > 0 ? ["an answer is missing or is no assistant's message"] : []),
    ...(hasEqualAnswers(example) ? [EQUAL] : [])
  ];
}

/** By chat templates, of OpenAI's own form: the others have no place for such answers. */
function unwritten(example: TrainingExample, format: string): string[] {
  const whole = format !== "openai" || messagesIn(example).every(isWritten);
  return whole ? [] : ["an answer that chat templates leave empty (a refusal, a function_call)"];
}

const EQUAL = "both answers are the same";

const hasEqualAnswers = (example: TrainingExample) =>
  example.kind === "preference" && JSON.stringify(example.chosen) === JSON.stringify(example.rejected);

/** By libraries, which train without a word. */
function passedOver(example: TrainingExample): string[] {
  return [
    ...(weighted(example) ? ["weights are ignored"] : []),
    ...(hasEqualAnswers(example) ? [`${EQUAL}, which teaches nothing`] : [])
  ];
}

const said = (problem: string) => problem.replaceAll("_", " ");

function alternates(example: TrainingExample): boolean {
  const roles = messagesIn(example).map(({role}) => role);
  const turns = roles[0] === "system" || roles[0] === "developer" ? roles.slice(1) : roles;
  return turns.every((role, i) => role === (i % 2 === 0 ? "user" : "assistant"));
}

const endsWithAnswer = (example: TrainingExample) =>
  alternates(example) && messagesIn(example).at(-1)?.role === "assistant";

const developed = (example: TrainingExample) => messagesIn(example).some(({role}) => role === "developer");

const callsTools = (example: TrainingExample) => messagesIn(example).some(({role}) => role === "tool");

function systemFirst(example: TrainingExample): boolean {
  return messagesIn(example).every(({role}, i) => i === 0 || (role !== "system" && role !== "developer"));
}

function weighted(example: TrainingExample): boolean {
  return messagesIn(example).some(({weight}) => weight !== undefined);
}

/**
 * Why a training set may not hold an example, whoever trains; undefined when it may.
 * @param format of the set; given, it counts too when nobody who takes it would train on the example
 */
export function exampleProblem(example: TrainingExample, format?: string): string | undefined {
  return invalidExample(example) ?? (format === undefined ? undefined : refusedByAll(example, format));
}

function invalidExample(example: TrainingExample): string | undefined {
  if (example.kind === "chat") {
    const {messages, tools} = example;
    const {problems} = checkChatExample({messages, tools});
    return problems.length > 0 ? problems.map((one) => one.replaceAll("_", " ")).join(", ") : undefined;
  }
  if (!asksSomething(example.prompt)) return "nothing is asked";
  if (example.kind === "kto") {
    if (!example.completion) return "an answer is missing";
    return typeof example.good === "boolean" ? undefined : "it is marked neither good nor bad";
  }
  return example.chosen && example.rejected ? undefined : "an answer is missing";
}
