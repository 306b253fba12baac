import {decimalNumber} from "../../base/validation/decimals.js";
import {memberOf} from "../../base/validation/memberOf.js";
import {isObject, messageText, objectsOf, textOf} from "../../data/datasets/index.js";

export function finiteNumber(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** A number above 0; of a tool that writes 0 for what it does not know, too. */
export function positiveOf(value: unknown): number | undefined {
  const number = finiteNumber(value);
  return number !== undefined && number > 0 ? number : undefined;
}

/** A number, true or false, or a word for one of them; undefined for anything else. */
export function parsedScore(value: unknown): number | undefined {
  if (typeof value === "boolean") return Number(value);
  if (typeof value !== "string") return finiteNumber(value);
  const word = value.trim().toLowerCase();
  return memberOf(WORDS, word) ?? decimalNumber(word);
}

const WORDS: Readonly<Record<string, number>> = {
  pass: 1,
  passed: 1,
  success: 1,
  true: 1,
  yes: 1,
  ok: 1,
  fail: 0,
  failed: 0,
  failure: 0,
  false: 0,
  no: 0
};

/** Text, or chat messages one below the other; other values as JSON. */
export function askedText(prompt: unknown): string | undefined {
  const messages = objectsOf(prompt);
  const chat = messages.length > 0 && messages.every((message) => "content" in message);
  return chat ? messages.map(messageText).join("\n\n") : textOf(prompt);
}

/** Members of an object that are short words or numbers, as slices: longer ones are no categories. */
export function shortMembers(value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => typeof one === "string" || typeof one === "number" || typeof one === "boolean")
      .map(([name, one]) => [name, String(one)])
      .filter(([, text]) => text !== "" && text!.length <= 80)
  ) as Record<string, string>;
}

/** An ISO time of seconds since 1970, of milliseconds, or of a text; undefined when it is none. */
export function resultTime(value: unknown): string | undefined {
  const ms =
    typeof value === "number"
      ? value < 1e11
        ? value * 1000
        : value
      : typeof value === "string"
        ? Date.parse(value)
        : NaN;
  return Number.isFinite(ms) && Math.abs(ms) < 8e15 ? new Date(ms).toISOString() : undefined;
}
