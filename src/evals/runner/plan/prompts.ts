import type {Message} from "../../../inference/endpoints/types.js";
import type {Row} from "../../scorers/types.js";
import {messageOf} from "../../../base/validation/index.js";
import {sha256} from "../../../base/system/index.js";
import type {Candidate, Prompt} from "../define.js";

/** One of an eval's prompts, ready to be given rows. */
export interface Variant {
  name: string;
  /** SHA-256 of the template, or of the function's source text. */
  sha256: string;
  /** The template, or the function's source text. */
  template: string;
  /** What it renders is the same each time; a function may give something else. */
  isTemplate: boolean;
  render(row: Row): RenderedMessages;
}

/** The messages of one row, or why the eval's prompt function gave none. */
export type RenderedMessages =
  {messages: Message[]; failed?: undefined} | {messages?: undefined; failed: string};

/** What a candidate reads of a row beside the prompt, or in its place. */
export type ReadColumns = Pick<Candidate, "reads" | "stageReads">;

/** What a candidate is sent of a row: the prompt, with the columns that its stages read, or its own column as one message. */
export function sentMessages(
  {reads, stageReads}: ReadColumns,
  row: Row,
  rendered: () => RenderedMessages
): RenderedMessages {
  if (reads !== undefined) return {messages: [{role: "user", content: promptCell(row[reads])}]};
  const prompt = rendered();
  if (!stageReads || !prompt.messages) return prompt;
  const columns = stageReads.map((name) => ({name, text: promptCell(row[name])}));
  const [first, ...others] = prompt.messages;
  // A prompt that is the column alone keeps its key.
  if (others.length === 0 && columns.every(({text}) => text === first!.content)) return prompt;
  return {messages: prompt.messages.with(-1, {...prompt.messages.at(-1)!, columns})};
}

/** Whether it is sent the prompt as it is, which candidates share. */
export function takesPrompt({reads, stageReads}: ReadColumns): boolean {
  return reads === undefined && stageReads === undefined;
}

/** The same column gives a classifier's answer again: its repeats are one request. */
export function askedRepeat({reads}: ReadColumns, repeat: number): number {
  return reads === undefined ? repeat : 0;
}

const PLACE = /\{\{\s*([^{}]+?)\s*\}\}/g;

/** What a text says once for each few-shot example. */
const SECTION = /\{\{\s*#examples\s*\}\}([\s\S]*?)\{\{\s*\/examples\s*\}\}/g;

/** In a section: what the eval expects of the example. */
const EXPECTED = "expected";

/** Names of the columns a template asks for. */
export function placesOf(template: string): string[] {
  const sections = [...template.matchAll(SECTION)].flatMap((match) => placesIn(match[1]!));
  return [...placesIn(withoutExamples(template)), ...sections.filter((place) => place !== EXPECTED)];
}

/** A template without the places of its examples, as it is asked when none are drawn. */
export const withoutExamples = (template: string): string => template.replace(SECTION, "");

/** Whether a prompt is a text that says where the few-shot examples stand. */
export function placesExamples(prompt: Prompt): boolean {
  return typeof prompt === "string" && prompt.search(SECTION) >= 0;
}

function placesIn(template: string): string[] {
  return [...template.matchAll(PLACE)].map((match) => match[1]!);
}

/**
 * An eval's prompts by name; one prompt alone is called "default". In a template an empty cell becomes the empty
 * text. Few-shot examples stand where a template says `{{#examples}}…{{/examples}}`, and a function gets them as an argument. When
 * no template says where, they become earlier turns of every template's conversation: the template filled with the
 * example's row, answered by what the eval expects of it.
 */
export function variantsOf(
  prompt: Prompt | Record<string, Prompt>,
  fewShot: readonly Row[],
  expected: (row: Row) => unknown
): Variant[] {
  const named = typeof prompt === "object" ? Object.entries(prompt) : [["default", prompt] as const];
  const placed = named.some(([, one]) => placesExamples(one));
  const examples = fewShot.map((row) => ({row, answer: promptCell(expected(row))}));
  return named.map(([name, one]) => ({
    name,
    sha256: sha256(String(one)),
    template: String(one),
    isTemplate: typeof one === "string",
    render: typeof one === "string" ? templateOf(one, examples, placed) : functionOf(one, fewShot)
  }));
}

interface AnsweredExample {
  row: Row;
  answer: string;
}

function templateOf(template: string, examples: readonly AnsweredExample[], placed: boolean) {
  const turns = placed
    ? []
    : examples.flatMap(({row, answer}): Message[] => [
        {role: "user", content: fill(template, row)},
        {role: "assistant", content: answer}
      ]);
  // Filled apart from the rest: a cell may hold braces.
  const pieces = template
    .split(SECTION)
    .map((piece, index) =>
      index % 2 === 0 ? piece : {text: examples.map((example) => fillExample(piece, example)).join("")}
    );
  return (row: Row): RenderedMessages => {
    const content = pieces
      .map((piece) => (typeof piece === "string" ? fill(piece, row) : piece.text))
      .join("");
    return {messages: [...turns, {role: "user", content}]};
  };
}

function fillExample(section: string, {row, answer}: AnsweredExample): string {
  return section.replace(PLACE, (_place, name: string) =>
    name === EXPECTED ? answer : promptCell(row[name])
  );
}

/** Those that some provider knows. */
const ROLES: ReadonlySet<unknown> = new Set(["system", "developer", "user", "assistant", "tool", "function"]);

function functionOf(prompt: Exclude<Prompt, string>, fewShot: readonly Row[]) {
  return (row: Row): RenderedMessages => {
    try {
      const made: unknown = prompt(row, {fewShot});
      if (typeof made === "string") return {messages: [{role: "user", content: made}]};
      if (Array.isArray(made) && made.length > 0) {
        const wrong = (made as (Partial<Message> | null)[]).find((one) => !ROLES.has(one?.role));
        if (wrong === undefined) return {messages: made as Message[]};
        const role = JSON.stringify(wrong?.role ?? null).slice(0, 60);
        return {
          failed: `The prompt function gave a message of the role ${role}: there are ${[...ROLES].join(", ")}.`
        };
      }
      return {failed: "The prompt function gave neither text nor a list of messages."};
    } catch (error) {
      return {failed: `The prompt function threw: ${withoutCells(messageOf(error), row)}`};
    }
  };
}

/** An error text must not carry the row's own text into the store's reasons. */
function withoutCells(message: string, row: Row): string {
  let text = message;
  for (const value of textsIn(row)) if (value.length >= 8) text = text.replaceAll(value, "…");
  return text.slice(0, 300);
}

/** Every text of a value, at any depth. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function fill(template: string, row: Row): string {
  return template.replace(PLACE, (_place, column: string) => promptCell(row[column]));
}

export function promptCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
