import {decimalNumber} from "../../base/validation/decimals.js";
import {type Command, InvalidArgumentError} from "commander";
import {isDay} from "../../base/costs/prices/day.js";

/** Declares a command and loads its code when it is called, so that `assay --help` stays quick. */
export type DeclareCommand = (program: Command) => void;

/** More than this of anything is a slip of the hand: a price, a budget, a number of rows. */
const ABSURD = 1e9;

/** The most requests in flight that one process can keep up. */
export const MOST_IN_FLIGHT = 10_000;

/** The most threads of any machine. */
export const MOST_THREADS = 1024;

const limitText = (value: number) => value.toLocaleString("en-US", {maximumFractionDigits: 20});

/** A number of at least `least` and at most `most`. */
export const numberOption =
  (least: number, most = ABSURD) =>
  (text: string) => {
    const value = decimalNumber(text);
    if (value === undefined || value < least || value > most)
      throw new InvalidArgumentError(
        `takes a number from ${limitText(least)} to ${limitText(most)}, not ${JSON.stringify(text.slice(0, 40))}`
      );
    return value;
  };

/** A whole number of at least `least` and at most `most`. */
export const wholeOption =
  (least: number, most = ABSURD) =>
  (text: string) => {
    const value = numberOption(least, most)(text);
    if (!Number.isInteger(value))
      throw new InvalidArgumentError(`takes a whole number, not ${JSON.stringify(text.slice(0, 40))}`);
    return value;
  };

/** The address of this machine to listen on. An unset variable's empty text would be all of them. */
export const addressOption = (text: string) => {
  if (text.trim() === "") throw new InvalidArgumentError("takes an address, not an empty text");
  return text.trim();
};

/** A name. That of an unset variable would be empty, and found by nobody. */
export const nameOption = (text: string) => {
  if (text.trim() === "") throw new InvalidArgumentError("takes a name, not an empty text");
  return text.trim();
};

/** Why something is done, for the record. */
export const reasonOption = (text: string) => {
  if (text.trim() === "") throw new InvalidArgumentError("takes a reason, not an empty text");
  return text.trim();
};

/** A day as YYYY-MM-DD. */
export const dayOption = (text: string) => {
  if (!isDay(text))
    throw new InvalidArgumentError(`takes a day of the calendar as YYYY-MM-DD, not ${JSON.stringify(text)}`);
  return text;
};

/** A number above 0 and below 1. */
export const shareOption = (text: string) => {
  const value = numberOption(0, 1)(text);
  if (!(value > 0 && value < 1))
    throw new InvalidArgumentError(`takes a number between 0 and 1, not ${text}`);
  return value;
};

/** An option that may be given more than once: all its values, in order. */
export const listOption = (value: string, before: string[] | undefined) => [...(before ?? []), value];

/** A port to listen on; 0 takes a free one. */
export const portOption = (text: string) => {
  const value = decimalNumber(text) ?? NaN;
  if (!(Number.isInteger(value) && value >= 0 && value <= 65_535))
    throw new InvalidArgumentError(`takes a port from 0 to 65535, not ${JSON.stringify(text.slice(0, 40))}`);
  return value;
};
