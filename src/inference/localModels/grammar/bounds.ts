import {UserError} from "../../../base/validation/index.js";

/** llama.cpp writes a repetition out, and refuses those that make 2,000 rules. */
const MOST_REPEATS = 1900;

/** The least and the most of something, the most only where a grammar can say it. */
export function bounds(of: "Length" | "Items", min: unknown, max: unknown): [least: number, most?: number] {
  const whole = (name: string, value: unknown) => {
    if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
    throw new UserError(
      `The JSON schema has ${name}: ${JSON.stringify(value)}; it is a whole number from 0.`
    );
  };
  const least = min === undefined ? 0 : whole(`min${of}`, min);
  const most = max === undefined ? undefined : whole(`max${of}`, max);
  if (least > MOST_REPEATS)
    throw new UserError(`The JSON schema has min${of}: ${least}; a grammar takes at most ${MOST_REPEATS}.`);
  if (most !== undefined && most < least)
    throw new UserError(`The JSON schema has min${of} above max${of}: nothing fits it.`);
  return [least, most !== undefined && most <= MOST_REPEATS ? most : undefined];
}

export const repeated = (least: number, most?: number) => `{${least},${most ?? ""}}`;
