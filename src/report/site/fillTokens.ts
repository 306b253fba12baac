import type {RowTokens} from "./tokenColumns.js";

/** Places of the columns. */
const PROMPT = 0;
const CACHED = 1;
const COMPLETION = 2;
const USD = 3;

/** Rows without an answer that have figures of others, by candidate. */
export interface FilledRows {
  tokens: number;
  usd: number;
}

/**
 * Gives every row that some candidate answered to all of them, so that their costs are of the same rows: what the others took for it,
 * times what the candidate takes to theirs on the rows that both have. Cached tokens are the candidate's own share of its prompts.
 * A row that nobody answered stays empty, as does a candidate of which nothing is known.
 * @param above prompt tokens above which a price has a tier, as in the columns
 */
export function fillTokens(columns: readonly RowTokens[], above: readonly number[]): FilledRows[] {
  const told = new Map<number, ((row: number) => number | undefined)[]>(
    [PROMPT, COMPLETION, USD].map((n) => [n, ownAndTold(columns.map(({numbers}) => numbers[n]!))])
  );
  return columns.map(({numbers, ended}, c) => {
    const share = totalTokens(numbers[CACHED]!) / totalTokens(numbers[PROMPT]!) || 0;
    const filled = (n: number, row: number) => (numbers[n]![row] ??= told.get(n)![c]!(row));
    const rows = {tokens: 0, usd: 0};
    for (let row = 0; row < numbers[PROMPT]!.length; row++) {
      const isMissing = ended[row] !== "answered";
      if (filled(USD, row) !== undefined && isMissing) rows.usd++;
      const had = numbers[PROMPT]![row] !== undefined;
      const [prompt, completion] = [filled(PROMPT, row), filled(COMPLETION, row)];
      if (had || prompt === undefined) continue;
      if (isMissing) rows.tokens++;
      const cached = share * prompt;
      numbers[CACHED]![row] = cached;
      above.forEach((least, t) =>
        [prompt, cached, completion].forEach((value, k) => {
          numbers[4 + 3 * t + k]![row] = prompt > least ? value : 0;
        })
      );
    }
    return rows;
  });
}

type TokenColumn = readonly (number | undefined)[];

/** By candidate what the others tell of a row that it lacks. */
function ownAndTold(columns: readonly TokenColumn[]): ((row: number) => number | undefined)[] {
  const known = columns.map((column) => [...column]);
  return known.map((own, c) => {
    const others = known.flatMap((column, o) => {
      const times = o === c ? undefined : ratioOf(own, column);
      return times === undefined ? [] : [{column, times}];
    });
    return (row) => {
      let [n, sum] = [0, 0];
      for (const {column, times} of others) {
        if (column[row] === undefined) continue;
        n++;
        sum += column[row] * times;
      }
      return n === 0 ? undefined : sum / n;
    };
  });
}

/** Own over other on the rows that both have; undefined where they share none, or the other has nothing on them. */
function ratioOf(own: TokenColumn, other: TokenColumn): number | undefined {
  let [ofOwn, ofOther] = [0, 0];
  for (let row = 0; row < own.length; row++) {
    if (own[row] === undefined || other[row] === undefined) continue;
    ofOwn += own[row]!;
    ofOther += other[row]!;
  }
  return ofOther > 0 ? ofOwn / ofOther : undefined;
}

function totalTokens(column: TokenColumn): number {
  return column.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}
