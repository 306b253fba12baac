import type {Preference} from "../../../src/base/stats/index.js";

/** Names of a table's columns. */
export interface Columns {
  first: string;
  second: string;
  /** How often each won; or one column with the result of a single comparison. */
  wins: {first: string; second: string; ties?: string} | {result: string};
}

/** Pairs of columns that name the opponents; the one that is at home, or was shown first, stands first. */
const opponents = [
  [/^home([._ ]?(team|player))?$/i, /^away([._ ]?(team|player))?$/i],
  [/^(player|team|item|model|candidate)[._ ]?(1|a)$/i, /^(player|team|item|model|candidate)[._ ]?(2|b)$/i],
  [/^first$/i, /^second$/i],
  [/^winner$/i, /^loser$/i]
] as const;

const wins = [
  [/^home[._ ]?wins?$/i, /^away[._ ]?wins?$/i],
  [/^wins?[._ ]?(1|a|first)$/i, /^wins?[._ ]?(2|b|second)$/i],
  [/^(first|player1|team1)[._ ]?wins?$/i, /^(second|player2|team2)[._ ]?wins?$/i]
] as const;

/** Undefined for a table that is none of paired comparisons. */
export function columnsOf(names: readonly string[]): Columns | undefined {
  const find = (pattern: RegExp) => names.find((name) => pattern.test(name));
  const pair = (pairs: readonly (readonly [RegExp, RegExp])[]) =>
    pairs.map(([a, b]) => [find(a), find(b)]).find(([a, b]) => a !== undefined && b !== undefined) as
      [string, string] | undefined;
  const [first, second] = pair(opponents) ?? [];
  if (first === undefined || second === undefined) return undefined;
  const counted = pair(wins);
  const ties = find(/^(ties?|draws?|tied)$/i);
  if (counted) return {first, second, wins: {first: counted[0], second: counted[1], ties: ties || undefined}};
  // A table of winners and losers has nothing else to say who won.
  if (/^winner$/i.test(first)) return {first, second, wins: {result: first}};
  const result = find(/^(result|outcome|winner)$/i);
  if (result !== undefined && result !== first) return {first, second, wins: {result}};
  return undefined;
}

/** One preference for each outcome of a row, with its number of times as weight. */
export function preferencesOf(rows: readonly Record<string, string>[], columns: Columns): Preference[] {
  return rows.flatMap((row): Preference[] => {
    const pair = {first: row[columns.first]!, second: row[columns.second]!};
    if ("result" in columns.wins) {
      const winner = winnerOf(row[columns.wins.result]!, pair);
      return winner ? [{...pair, winner}] : [];
    }
    const {first, second, ties} = columns.wins;
    return [
      {...pair, winner: "first", weight: Number(row[first])},
      {...pair, winner: "second", weight: Number(row[second])},
      ...(ties === undefined ? [] : [{...pair, winner: "tie" as const, weight: Number(row[ties])}])
    ];
  });
}

/** 1, 0.5 and 0, or 1, 0 and -1 would be told apart only by the whole column: words and names are clear. */
function winnerOf(
  result: string,
  {first, second}: {first: string; second: string}
): Preference["winner"] | undefined {
  if (result === first || /^(1|first|home|h|a|win)$/i.test(result)) return "first";
  if (result === second || /^(2|0|-1|second|away|b|loss)$/i.test(result)) return "second";
  return /^(0\.5|tie|draw|d|t)$/i.test(result) ? "tie" : undefined;
}
