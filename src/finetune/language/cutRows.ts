import type {PreparedRows} from "./prepare.js";

/** What a part lost at `length`. */
export interface CutRows {
  /** How many rows lost what, of how many. */
  sentence: string;
  /** What makes them whole. */
  advice: string;
  /** Of all rows of the part, from 0 to 1. */
  share: number;
}

/** Where this share of the rows is cut or left out, it is said once more when the training has ended. */
export const MANY_CUT = 0.1;

interface Limit {
  dataset: string;
  length: number;
  /** Positions of the model. */
  most: number;
}

/** What the rows of a part lost at `length`; undefined when none lost anything. */
export function cutRows(
  part: string,
  {rows, cut, leftOut, longestWhole}: Omit<PreparedRows<unknown>, "items">,
  {dataset, length, most}: Limit
): CutRows | undefined {
  if (cut + leftOut === 0) return undefined;
  const share = (cut + leftOut) / rows;
  const lost = [
    cut === 0 ? undefined : `${whole(cut)} ${cut === 1 ? "loses its" : "lose their"} end and end token`,
    leftOut === 0
      ? undefined
      : `${whole(leftOut)} ${leftOut === 1 ? "is" : "are"} left out, since nothing of the answer is within`
  ].filter((one) => one !== undefined);
  const fits = Math.min(longestWhole, most);
  const advice = [
    fits > length ? `Raise \`length\`: the longest row has ${whole(longestWhole)} tokens.` : undefined,
    longestWhole > most
      ? `The model has ${whole(most)} positions: shorten longer rows in the data loader, or leave them out with \`subset\`.`
      : undefined
  ].filter((one) => one !== undefined);
  return {
    sentence: `${dataset}: ${(100 * share).toFixed(1)}% of the ${whole(rows)} rows of part "${part}" are longer than ${whole(length)} tokens (\`length\`): ${lost.join(", ")}.`,
    advice: advice.join(" "),
    share
  };
}

const whole = (n: number) => n.toLocaleString("en");
