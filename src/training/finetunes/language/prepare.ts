import {isChosen} from "../isChosen.js";
import {type ApiMessage, TemplateError} from "../../../weights/chatTemplates/index.js";
import {
  cut,
  type TokenExample,
  IGNORED,
  type MarkedAnswer,
  type PreferencePair
} from "../../trainer/index.js";
import {isObject} from "../../../base/validation/isObject.js";
import {messageOf, UserError} from "../../../base/validation/index.js";
import {rowsSha256} from "../../../base/system/index.js";
import {chatExample} from "../exports/chatExample.js";
import type {TrainingRow} from "../modelSource.js";
import {type Conversation, conversationExample} from "./conversation.js";
import type {FinetuneDefinition} from "./definition.js";
import {softExample} from "./softLabels.js";
import type {TextReader} from "./tokenizer.js";
import {answerExample, toolsOf, turnOf} from "./turns.js";

/** A part of a dataset as tokens, and what became of its rows. */
export interface PreparedRows<T> {
  items: T[];
  rows: number;
  /** Rows that were cut at `length`, and rows left out: nothing of their answer was within it, or a pair has one answer twice. */
  cut: number;
  leftOut: number;
  /** Of those left out, pairs whose two answers are the same, and pairs of which that holds only within `length`. */
  same: number;
  sameCut: number;
  tokens: number;
  /** Tokens that are learned. */
  learned: number;
  longest: number;
  /** Tokens of the longest one before it was cut. */
  longestWhole: number;
  rowsSha256: string;
  /** Answers marked good, of marked ones. */
  good?: number;
  /** Examples with a teacher's probabilities; undefined where none are asked for. */
  soft?: number;
  /** Rows that make no example, with the reason. */
  broken: {row: string; reason: string}[];
}

/** An answer of a row and its mark. */
export type PreparedAnswer = Omit<MarkedAnswer, "mismatched">;

/** The rows of a part as examples, pairs or marked answers. Rows come in the order of their ids; `where` of the subset decides which. */
export async function prepareRows<T extends TokenExample | PreferencePair | PreparedAnswer>(
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
    same: 0,
    sameCut: 0,
    tokens: 0,
    learned: 0,
    longest: 0,
    longestWhole: 0,
    rowsSha256: "",
    good: definition.format === "kto" ? 0 : undefined,
    soft: definition.soft && 0,
    broken: []
  };
  const ids: string[] = [];
  let known = false;
  for await (const row of rows) {
    if (!known) assertColumns(definition, row);
    known = true;
    if (definition.subset && !isChosen(definition.subset, row)) continue;
    prepared.rows++;
    let whole: TokenExample[];
    let good: boolean | undefined;
    try {
      whole = examplesOf(definition, reader, row);
      good = definition.format === "kto" ? markOf(row, definition) : undefined;
    } catch (error) {
      if (!(error instanceof UserError) && !(error instanceof TemplateError)) throw error;
      prepared.broken.push({row: row.id, reason: messageOf(error)});
      continue;
    }
    prepared.longestWhole = Math.max(prepared.longestWhole, ...whole.map(({ids: own}) => own.length));
    const short = whole.map((example) => cut(example, length));
    if (short.some(({labels}) => labels.every((label, i) => i === 0 || label === IGNORED))) {
      prepared.leftOut++;
      continue;
    }
    if (hasEqualExamples(short)) {
      prepared.leftOut++;
      if (hasEqualExamples(whole)) prepared.same++;
      else prepared.sameCut++;
      continue;
    }
    if (whole.some(({ids: own}) => own.length > length)) prepared.cut++;
    ids.push(row.id);
    if (short[0]!.soft) prepared.soft!++;
    for (const {ids: own, labels} of short) {
      prepared.tokens += own.length;
      prepared.learned += labels.filter((label) => label !== IGNORED).length;
      prepared.longest = Math.max(prepared.longest, own.length);
    }
    if (good) prepared.good!++;
    prepared.items.push(itemOf(definition, short, good) as T);
  }
  prepared.rowsSha256 = rowsSha256(ids);
  return prepared;
}

function itemOf({format}: FinetuneDefinition, [first, second]: readonly TokenExample[], good?: boolean) {
  if (format === "preference") return {chosen: first, rejected: second};
  return format === "kto" ? {answer: first, good} : first;
}

/** Whether the two of a pair have the same tokens: there is nothing to prefer. */
function hasEqualExamples([one, other]: readonly TokenExample[]): boolean {
  return other !== undefined && String(one!.ids) === String(other.ids);
}

/** The columns that every example is made of. */
function exampleColumns({columns = {}, format}: FinetuneDefinition): string[] {
  if (format === "chat") return [columns.messages ?? "messages"];
  const prompt = columns.prompt ?? "prompt";
  return format === "preference"
    ? [prompt, columns.chosen!, columns.rejected!]
    : [prompt, columns.completion ?? (format === "kto" ? "answer" : "completion")];
}

const goodColumn = ({columns}: FinetuneDefinition) => columns?.good ?? "good";

/** Whether the answer of a row is good. Throws a UserError for what is neither true nor false. */
function markOf(row: TrainingRow, definition: FinetuneDefinition): boolean {
  const column = goodColumn(definition);
  const good = row[column];
  if (typeof good !== "boolean") throw new UserError(`column "${column}" holds neither true nor false`);
  return good;
}

/** Refuses a name that is no column once, instead of every row. */
function assertColumns(definition: FinetuneDefinition, row: TrainingRow): void {
  const marks = definition.format === "kto" ? [goodColumn(definition)] : [];
  const missing = [...exampleColumns(definition), ...marks].filter((column) => !Object.hasOwn(row, column));
  if (missing.length === 0) return;
  const {dataset} = definition;
  const there = Object.keys(row).join(", ");
  throw new UserError(
    `${typeof dataset === "string" ? dataset : dataset.name}: no column ${missing.map((name) => `"${name}"`).join(", ")}; there are ${there}. Say in \`columns\` which are meant.`
  );
}

/** One example, or two of a preference. */
function examplesOf(definition: FinetuneDefinition, reader: TextReader, row: TrainingRow): TokenExample[] {
  const {columns = {}, system, format, learn, soft} = definition;
  if (soft) {
    const [plain] = examplesOf({...definition, soft: undefined}, reader, row);
    return [softExample(plain!, row[soft.column ?? "logprobs"], reader, soft) ?? plain!];
  }
  if (format === "chat")
    return [conversationExample(reader, {...conversationOf(row, columns.messages), system}, learn)];
  const [prompt, ...answers] = exampleColumns(definition) as [string, ...string[]];
  const asked = turnOf(row, prompt, "user");
  return answers.map((answer) =>
    answerExample(definition, reader, row, asked, turnOf(row, answer, "assistant"))
  );
}

/** Messages and tools of a row. */
function conversationOf(row: TrainingRow, column = "messages"): Conversation {
  const {messages} = chatExample(row, {messages: column});
  if (!Array.isArray(messages) || messages.length === 0)
    throw new UserError(`column "${column}" holds no list of messages`);
  if (!messages.every((one) => isObject(one) && typeof one.role === "string"))
    throw new UserError(`column "${column}" holds a message without a role`);
  return {messages: messages as ApiMessage[], tools: toolsOf(row, column)};
}
