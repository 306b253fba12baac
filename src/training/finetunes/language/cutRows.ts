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

type Counts = Omit<PreparedRows<unknown>, "items">;

/** What the rows of a part lost at `length`; undefined when none lost anything. */
export function cutRows(part: string, counts: Counts, {dataset, length, most}: Limit): CutRows | undefined {
  const {rows, cut, leftOut, same, sameCut, longestWhole} = counts;
  const longer = cut + leftOut - same;
  if (longer === 0) return undefined;
  const share = longer / rows;
  const none = leftOut - same - sameCut;
  const lost = [
    cut === 0 ? undefined : `${grouped(cut)} ${cut === 1 ? "loses its" : "lose their"} end and end token`,
    none === 0 ? undefined : `${grouped(none)} ${are(none)} left out, since nothing of the answer is within`,
    sameCut === 0
      ? undefined
      : `${grouped(sameCut)} ${are(sameCut)} left out, since both answers of the pair are the same within`
  ].filter((one) => one !== undefined);
  const fits = Math.min(longestWhole, most);
  const advice = [
    fits > length ? `Raise \`length\`: the longest row has ${grouped(longestWhole)} tokens.` : undefined,
    longestWhole > most
      ? `The model has ${grouped(most)} positions: shorten longer rows in the data loader, or leave them out with \`subset\`.`
      : undefined
  ].filter((one) => one !== undefined);
  return {
    sentence: `${dataset}: ${(100 * share).toFixed(1)}% of the ${grouped(rows)} rows of part "${part}" are longer than ${grouped(length)} tokens (\`length\`): ${lost.join(", ")}.`,
    advice: advice.join(" "),
    share
  };
}

/** What is to be said of pairs whose two answers are the same, whatever their length; undefined when there are none. */
export function samePairs(part: string, {rows, same}: Counts, dataset: string): CutRows | undefined {
  if (same === 0) return undefined;
  return {
    sentence: `${dataset}: ${grouped(same)} of the ${grouped(rows)} pairs of part "${part}" ${are(same)} left out, since both answers are the same.`,
    advice: "Mend them in the data loader, or leave them out with `subset`.",
    share: same / rows
  };
}

/** Why a part gives no example; undefined where it is not that all of its rows are left out. */
export function nothingLeft({rows, leftOut, same, sameCut}: Counts, length: number): string | undefined {
  if (leftOut === 0 || leftOut !== rows) return undefined;
  const reasons = [
    [leftOut - same - sameCut, `without an answer within ${length} tokens`],
    [sameCut, `pairs whose two answers are the same within ${length} tokens`],
    [same, "pairs whose two answers are the same"]
  ] as const;
  return reasons.flatMap(([count, why]) => (count === 0 ? [] : [`${count} ${why}`])).join(", ");
}

const are = (n: number) => (n === 1 ? "is" : "are");
const grouped = (n: number) => n.toLocaleString("en");
