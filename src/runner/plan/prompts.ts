import type {Message} from "../../endpoints/types.js";
import type {Row} from "../../scorers/types.js";
import {messageOf, sha256} from "../../store/index.js";
import type {Prompt} from "../define.js";

/** One of an eval's prompts, ready to be given rows. */
export interface Variant {
  name: string;
  /** SHA-256 of the template, or of the function's source text. */
  sha256: string;
  /** The template, or the function's source text. */
  template: string;
  render(row: Row): Rendered;
}

/** The messages of one row, or why the eval's prompt function gave none. */
export type Rendered = {messages: Message[]; failed?: undefined} | {messages?: undefined; failed: string};

const PLACE = /\{\{\s*([^{}]+?)\s*\}\}/g;

/** Names of the columns a template asks for. */
export function placesOf(template: string): string[] {
  return [...template.matchAll(PLACE)].map((match) => match[1]!);
}

/**
 * An eval's prompts by name; one prompt alone is called "default". In a template an empty cell becomes the empty
 * text, and few-shot examples become earlier turns of the conversation: the template filled with the example's
 * row, answered by what the eval expects of it.
 */
export function variantsOf(
  prompt: Prompt | Record<string, Prompt>,
  fewShot: readonly Row[],
  expected: (row: Row) => unknown
): Variant[] {
  const named = typeof prompt === "object" ? Object.entries(prompt) : [["default", prompt] as const];
  return named.map(([name, one]) => ({
    name,
    sha256: sha256(String(one)),
    template: String(one),
    render: typeof one === "string" ? templateOf(one, fewShot, expected) : functionOf(one, fewShot)
  }));
}

function templateOf(template: string, fewShot: readonly Row[], expected: (row: Row) => unknown) {
  const turns = fewShot.flatMap((row): Message[] => [
    {role: "user", content: fill(template, row)},
    {role: "assistant", content: cellText(expected(row))}
  ]);
  return (row: Row): Rendered => ({messages: [...turns, {role: "user", content: fill(template, row)}]});
}

function functionOf(prompt: Exclude<Prompt, string>, fewShot: readonly Row[]) {
  return (row: Row): Rendered => {
    try {
      const made: unknown = prompt(row, {fewShot});
      if (typeof made === "string") return {messages: [{role: "user", content: made}]};
      if (Array.isArray(made) && made.length > 0) return {messages: made as Message[]};
      return {failed: "The prompt function gave neither text nor a list of messages."};
    } catch (error) {
      return {failed: `The prompt function threw: ${withoutCells(messageOf(error), row)}`};
    }
  };
}

/** An error text must not carry the row's own text into the store's reasons. */
function withoutCells(message: string, row: Row): string {
  let text = message;
  for (const value of Object.values(row))
    if (typeof value === "string" && value.length >= 8) text = text.replaceAll(value, "…");
  return text.slice(0, 300);
}

function fill(template: string, row: Row): string {
  return template.replace(PLACE, (_place, column: string) => cellText(row[column]));
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
