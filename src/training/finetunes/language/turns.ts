import type {ApiMessage} from "../../../weights/chatTemplates/index.js";
import {answered, type TokenExample} from "../../trainer/index.js";
import {isObject} from "../../../base/validation/isObject.js";
import {UserError} from "../../../base/validation/index.js";
import {chatExample, exampleCellText, withoutNulls} from "../exports/chatExample.js";
import {areMessages, messagesOf} from "../exports/messages.js";
import type {TrainingRow} from "../modelSource.js";
import {conversationExample} from "./conversation.js";
import type {FinetuneDefinition} from "./definition.js";
import {tokensOfParts} from "./textParts.js";
import type {TextReader} from "./tokenizer.js";

/** What a column holds of a conversation. */
export interface Turn {
  column: string;
  messages: ApiMessage[];
  /** The column's text; undefined when it holds messages. */
  text?: string;
}

/** A column as messages: those it holds, or its text as one of `role`. Throws a UserError for what is neither. */
export function turnOf(row: TrainingRow, column: string, role: "user" | "assistant"): Turn {
  const value = withoutNulls(row[column]);
  const messages = messagesOf(value, role);
  if (!messages || messages.length === 0) throw new UserError(`no text in column "${column}"`);
  if (typeof value === "object" && !areMessages(value))
    throw new UserError(
      `column "${column}" holds ${Array.isArray(value) ? "a list" : "an object"}, not text or a list of messages`
    );
  const text = exampleCellText(value);
  return {column, messages, text: messages[0]!.content === text ? text : undefined};
}

/** Tools of a row with messages: in a column of that name, as for `assay export`, or beside the messages. */
export function toolsOf(row: TrainingRow, column: string): unknown[] | undefined {
  const hasTools = row.tools !== undefined && row.tools !== null;
  const {tools} = chatExample(row, {messages: column, tools: hasTools ? "tools" : undefined});
  if (tools !== undefined && !(Array.isArray(tools) && tools.every(isObject)))
    throw new UserError(
      `${hasTools ? 'column "tools"' : `"tools" of column "${column}"`} holds no list of tools`
    );
  return tools;
}

/** What is asked and its answer, through the model's chat template when it has one, else one text after the other. */
export function answerExample(
  {system, learn}: FinetuneDefinition,
  reader: TextReader,
  row: TrainingRow,
  asked: Turn,
  answer: Turn
): TokenExample {
  const withMessages = [asked, answer].find(({text}) => text === undefined);
  if (reader.template) {
    const before = learn === "all" ? asked.messages : asked.messages.map(unlearned);
    const messages = [...before, answerIn(answer, asked)];
    const tools = withMessages && toolsOf(row, withMessages.column);
    return conversationExample(reader, {messages, tools, system}, learn);
  }
  if (withMessages)
    throw new UserError(
      `column "${withMessages.column}" holds messages, and the model has no chat template: use text, or a model with one`
    );
  const text = system === undefined ? asked.text! : `${system}\n${asked.text!}`;
  const [before, after] = tokensOfParts(reader.encode, [text, answer.text!]) as [number[], number[]];
  const {first, eos} = reader;
  const example = answered(
    first === undefined || before[0] === first ? before : [first, ...before],
    eos === undefined ? after : [...after, eos]
  );
  return learn === "all" ? {...example, labels: [...example.ids]} : example;
}

/** An answer within what is asked is read and not learned. */
const unlearned = (message: ApiMessage): ApiMessage & {weight?: number} =>
  message.role === "assistant" ? {...message, weight: 0} : message;

/** The last message of an answer. What is asked may stand before it once more, as many preference datasets have it. */
function answerIn({column, messages}: Turn, asked: Turn): ApiMessage {
  const last = messages.at(-1)!;
  if (last.role !== "assistant")
    throw new UserError(`the last message of column "${column}" is not the assistant's`);
  const known = new Set(asked.messages.map(turnKey));
  if (!messages.slice(0, -1).every((message) => known.has(turnKey(message))))
    throw new UserError(
      `column "${column}" holds messages before the answer that are not in column "${asked.column}"`
    );
  return last;
}

const turnKey = ({role, content}: ApiMessage) => JSON.stringify([role, content]);
