import {prefixSpans, type ChatMessage, TemplateError} from "../../chat/index.js";
import {answered, cut, type Example, IGNORED, type Pair} from "../../language/index.js";
import {messageOf, sha256, UserError} from "../../store/index.js";
import {chatExample} from "../exports/chatExample.js";
import type {TrainingRow} from "../modelSource.js";
import type {FinetuneDefinition} from "./definition.js";
import type {TextReader} from "./tokenizer.js";

/** A part of a dataset as tokens, and what became of its rows. */
export interface PreparedRows<T> {
  items: T[];
  rows: number;
  /** Rows that were cut at `length`, and rows left out because nothing of their answer was within it. */
  cut: number;
  leftOut: number;
  tokens: number;
  /** Tokens that are learned. */
  learned: number;
  longest: number;
  rowsSha256: string;
  /** Rows that make no example, with the reason. */
  broken: {row: string; reason: string}[];
}

/** The rows of a part as examples or pairs. Rows come in the order of their ids; `where` of the subset decides which. */
export async function prepareRows<T extends Example | Pair>(
  definition: FinetuneDefinition,
  reader: TextReader,
  rows: AsyncIterable<TrainingRow>,
  length: number
): Promise<PreparedRows<T>> {
  const prepared: PreparedRows<T> = {
    items: [],
    rows: 0,
    cut: 0,
    leftOut: 0,
    tokens: 0,
    learned: 0,
    longest: 0,
    rowsSha256: "",
    broken: []
  };
  const ids: string[] = [];
  for await (const row of rows) {
    if (definition.subset && !definition.subset.where(row)) continue;
    prepared.rows++;
    let whole: Example[];
    try {
      whole = examplesOf(definition, reader, row);
    } catch (error) {
      if (!(error instanceof UserError) && !(error instanceof TemplateError)) throw error;
      prepared.broken.push({row: row.id, reason: messageOf(error)});
      continue;
    }
    const short = whole.map((example) => cut(example, length));
    if (short.some(({labels}) => labels.every((label, i) => i === 0 || label === IGNORED))) {
      prepared.leftOut++;
      continue;
    }
    if (whole.some(({ids: own}) => own.length > length)) prepared.cut++;
    ids.push(row.id);
    for (const {ids: own, labels} of short) {
      prepared.tokens += own.length;
      prepared.learned += labels.filter((label) => label !== IGNORED).length;
      prepared.longest = Math.max(prepared.longest, own.length);
    }
    prepared.items.push(
      (definition.format === "preference" ? {chosen: short[0], rejected: short[1]} : short[0]) as T
    );
  }
  prepared.rowsSha256 = sha256(ids.sort().join("\n"));
  return prepared;
}

/** One example, or two of a preference. */
function examplesOf(definition: FinetuneDefinition, reader: TextReader, row: TrainingRow): Example[] {
  const {columns = {}, system, format} = definition;
  if (format === "chat") {
    const {messages} = chatExample(row, {messages: columns.messages ?? "messages"});
    if (!Array.isArray(messages) || messages.length === 0)
      throw new UserError(`column "${columns.messages ?? "messages"}" holds no list of messages`);
    return [conversation(definition, reader, withSystem(messages as ChatMessage[], system))];
  }
  const text = (column: string) => {
    const value = row[column];
    if (typeof value === "string" && value !== "") return value;
    throw new UserError(`no text in column "${column}"`);
  };
  const prompt = text(columns.prompt ?? "prompt");
  const answers =
    format === "prompt" ? [columns.completion ?? "completion"] : [columns.chosen!, columns.rejected!];
  return answers.map((column) => answerTo(definition, reader, prompt, text(column)));
}

function withSystem(messages: ChatMessage[], system: string | undefined): ChatMessage[] {
  return system === undefined || messages[0]?.role === "system"
    ? messages
    : [{role: "system", content: system}, ...messages];
}

/** A prompt and its answer, through the model's chat template when it has one, else one text after the other. */
function answerTo(
  definition: FinetuneDefinition,
  reader: TextReader,
  prompt: string,
  answer: string
): Example {
  const {system, learn} = definition;
  if (reader.template)
    return conversation(
      definition,
      reader,
      withSystem(
        [
          {role: "user", content: prompt},
          {role: "assistant", content: answer}
        ],
        system
      )
    );
  const before = [
    ...(reader.bos === undefined ? [] : [reader.bos]),
    ...reader.encode(system === undefined ? prompt : `${system}\n${prompt}`)
  ];
  const after = [...reader.encode(answer), ...(reader.eos === undefined ? [] : [reader.eos])];
  const example = answered(before, after);
  return learn === "all" ? {...example, labels: [...example.ids]} : example;
}

function conversation({learn}: FinetuneDefinition, reader: TextReader, messages: ChatMessage[]): Example {
  if (!reader.template)
    throw new UserError(
      "the model has no chat template: use prompt and completion columns, or a model with one"
    );
  const context = {variables: reader.special};
  const {text, assistantSpans} = reader.template.render(messages, context);
  const spans =
    assistantSpans ?? prefixSpans(reader.template, messages, context) ?? lastSpan(reader, messages);
  if (learn !== "all" && (spans === undefined || spans.length === 0))
    throw new UserError(
      spans === undefined
        ? "the model's chat template rewrites earlier turns, so the assistant's words cannot be told: learn: \"all\" takes the whole text"
        : "there is no message of the assistant"
    );
  const ids: number[] = [];
  const labels: number[] = [];
  const take = (part: string, learned: boolean) => {
    if (part === "") return;
    for (const id of reader.encode(part)) {
      ids.push(id);
      labels.push(learned || learn === "all" ? id : IGNORED);
    }
  };
  let at = 0;
  for (const [from, to] of learn === "all" ? [] : spans!) {
    take(text.slice(at, from), false);
    take(text.slice(from, to), true);
    at = to;
  }
  take(text.slice(at), false);
  return {ids, labels};
}

/** Of a template that rewrites earlier turns the last answer is still what follows the prompt for it. */
function lastSpan({template, special}: TextReader, messages: ChatMessage[]): [number, number][] | undefined {
  if (messages.at(-1)?.role !== "assistant") return undefined;
  const context = {variables: special};
  const {text} = template!.render(messages, context);
  const before = template!.render(messages.slice(0, -1), {...context, addGenerationPrompt: true}).text;
  return text.startsWith(before) ? [[before.length, text.length]] : undefined;
}
