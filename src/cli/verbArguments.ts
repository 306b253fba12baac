import {InvalidArgumentError} from "commander";

/** A number of at least `least` and at most `most`. */
export const number =
  (least: number, most = Infinity) =>
  (text: string) => {
    const value = Number(text);
    // Number("") is 0, which would read an unset variable as a budget of nothing.
    if (text.trim() === "" || !Number.isFinite(value) || value < least || value > most)
      throw new InvalidArgumentError(
        `takes a number ${most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`}, not ${JSON.stringify(text)}`
      );
    return value;
  };

/** A whole number of at least `least` and at most `most`. */
export const whole =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string) => {
    const value = number(least)(text);
    if (!Number.isInteger(value))
      throw new InvalidArgumentError(`takes a whole number, not ${JSON.stringify(text)}`);
    return number(least, most)(text);
  };

/** The address of this machine to listen on. An unset variable's empty text would be all of them. */
export const address = (text: string) => {
  if (text.trim() === "") throw new InvalidArgumentError("takes an address, not an empty text");
  return text.trim();
};

/** A name. That of an unset variable would be empty, and found by nobody. */
export const name = (text: string) => {
  if (text.trim() === "") throw new InvalidArgumentError("takes a name, not an empty text");
  return text.trim();
};

/** A day as YYYY-MM-DD. */
export const day = (text: string) => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(Date.parse(text)))
    throw new InvalidArgumentError(`takes a day as YYYY-MM-DD, not ${JSON.stringify(text)}`);
  return text;
};

/** A number above 0 and below 1. */
export const share = (text: string) => {
  const value = number(0)(text);
  if (!(value > 0 && value < 1))
    throw new InvalidArgumentError(`takes a number between 0 and 1, not ${text}`);
  return value;
};
