import type {Finding} from "./finding.js";
import {creditCard} from "./recognizers/creditCard.js";
import {phone} from "./recognizers/phone.js";
import {isAmong, wordsOf} from "./wordsBefore.js";

const FEWEST_CERTAIN_CARD_DIGITS = 14;
/** Columns whose names end so hold times, amounts or counts, whatever they are of: `call_started_at`, `account_balance`. */
const MEASURES = new Set(
  "at on time timestamp date day epoch ts ms ns micros nanos millis seconds minutes hours days duration"
    .split(" ")
    .concat("amount balance price cents total sum count views bytes size rows score".split(" "))
);
/** Keys of rows look the same: `account_id`, `phone_id`. */
const LIKE_KEYS = new Set(["PHONE_NUMBER", "US_BANK_NUMBER"]);
const KEYS = new Set(["id", "ids", "key"]);
/** A call's own number, or its time, stands beside the word as often as who is called. */
const PHONE_WORDS = phone.context!.filter((word) => word !== "call");

/**
 * Whether a finding that is a whole number, of so many digits and so called, is no mere id, time or amount: one number in ten
 * has a fitting check digit. Its name must speak for it, unless it is a card of 14 digits or more.
 */
export function isLikelyNumber({type, rule}: Finding, digits: number, name: string): boolean {
  const words = wordsOf(name);
  if (type === "CREDIT_CARD")
    return digits >= FEWEST_CERTAIN_CARD_DIGITS || isNamed(words, creditCard.context!);
  const last = words.at(-1) ?? "";
  if (MEASURES.has(last) || (LIKE_KEYS.has(type) && KEYS.has(last))) return false;
  if (type === "PHONE_NUMBER") return isNamed(words, PHONE_WORDS);
  return rule.endsWith("+context") || rule === "assigned-secret/column";
}

const isNamed = (name: readonly string[], words: readonly string[]) =>
  name.some((word) => isAmong(word, words));
