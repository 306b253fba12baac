import {oneLine} from "../../base/validation/lineText.js";

const LONGEST = 300;

/** A model's name as a server says it, which is stored and shown: of one line, and cut where it is no name any more. */
export function servedName(said: string): string {
  const name = oneLine(said);
  return name.length > LONGEST ? `${name.slice(0, LONGEST).replace(/\p{Surrogate}$/u, "")}…` : name;
}

const bare = (name: string) => name.replace(/^models\//, "").replace(/:latest$/, "");

/** Whether two names are one model's: Gemini lists `models/NAME`, Ollama `NAME:latest`. */
export const isSameModel = (one: string, other: string) => bare(one) === bare(other);
