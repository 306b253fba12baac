import {html} from "htl";
import {clustersOf} from "../../../evals/decisions/columns.js";
import {meanInterval} from "../../../base/stats/index.js";
import type {CandidatePair} from "../inputs/chooseCandidates.js";
import {type GroupedColumn, dataTable} from "../tables/dataTable.js";
import {type PageContent, nothing, section} from "../text/elements.js";
import {countText, formatFor, pluralText, percentText} from "../text/format.js";
import type {Provenance} from "../notes/made.js";
import {type RunRows, rowsIn, scoreTableOf, type ScoreChoice} from "../rows/runRows.js";
import {outcomesQuery, togetherQuery} from "../rows/scoreQueries.js";

interface OutcomeKind {
  name: string;
  score: number;
}

/** A judge that compares with a baseline says one of three things, a scorer of yes and no one of two. */
const JUDGED: OutcomeKind[] = [
  {name: "Win", score: 1},
  {name: "Tie", score: 0.5},
  {name: "Lose", score: 0}
];
const CHECKED: OutcomeKind[] = [
  {name: "Pass", score: 1},
  {name: "Fail", score: 0}
];

interface Came {
  name: string;
  scores: readonly (number | undefined)[];
  /** How many of them there are. */
  scored: number;
}

/**
 * How often each of two candidates passed and failed by a scorer of yes and no, or won, tied and lost by a judge, and how that
 * goes together; nothing for other scorers.
 */
export function outcomes(
  rows: RunRows | null,
  choice: ScoreChoice | null,
  pair: CandidatePair | null
): PageContent {
  if (!rows || !choice || !pair) return nothing();
  const scorer = rows.scorers.find(({name}) => name === choice.scorer);
  const chosen = rowsIn(rows, choice.slice);
  const names = [...new Set([pair.first, pair.second])];
  const scores = names.map((name) => chosen.map((row) => rows.score(choice.scorer, name, row)));
  const kinds = kindsOf(scorer, scores.flat());
  if (!kinds) return nothing();
  const format = formatFor([]);
  const clusters = clustersOf(scoreTableOf(rows, choice.scorer, chosen));
  const table = dataTable(
    names.map((name, i) => ({
      name,
      scores: scores[i]!,
      scored: scores[i]!.filter((score) => score !== undefined).length
    })),
    [
      {name: "Candidate", heading: true, value: ({name}) => name},
      ...kinds.map(({name: kind, score}): GroupedColumn<Came> => ({
        name: kind,
        numeric: true,
        value: (one) => {
          const came = one.scores.map((value) => (value === undefined ? undefined : Number(value === score)));
          const {low, high} = meanInterval(came, {clusters}) ?? {};
          const times = came.filter((value) => value === 1).length;
          return [
            countText(times),
            html`<small
              >${percentText(one.scored > 0 ? times / one.scored : undefined)},
              ${format.interval(low, high)}</small
            >`
          ];
        }
      })),
      {name: "No score", numeric: true, value: (one) => countText(chosen.length - one.scored)}
    ],
    {
      caption: `${choice.scorer}: ${kinds.map(({name}) => name.toLowerCase()).join(", ")}`,
      made: {
        what: `How often each candidate came to each outcome by ${choice.scorer}.`,
        n: pluralText(chosen.length, "row"),
        term: "interval",
        sql: outcomesQuery(choice, names),
        engine: "meanInterval of assay/stats makes the intervals",
        run: rows.run
      }
    }
  );
  return section(
    names.length === 2 && scores.length === 2
      ? outcomeTitle(names, scores, kinds[0]!)
      : `${choice.scorer} of both`,
    table,
    names.length === 2
      ? outcomePairs(names, scores, kinds, {
          what: `What ${names[0]} and ${names[1]} came to on the same rows by ${choice.scorer}.`,
          n: pluralText(chosen.length, "row"),
          term: "difference",
          sql: togetherQuery(choice, pair.first, pair.second),
          run: rows.run
        })
      : null
  );
}

function kindsOf(
  scorer: RunRows["scorers"][number] | undefined,
  scores: readonly (number | undefined)[]
): OutcomeKind[] | undefined {
  if (scorer?.binary) return CHECKED;
  if (scorer?.human && scores.every((score) => score === undefined || score === 0 || score === 1))
    return CHECKED;
  const known = new Set(JUDGED.map(({score}) => score));
  return scorer?.judge && scores.every((score) => score === undefined || known.has(score))
    ? JUDGED
    : undefined;
}

/** "a passes 267 rows, b 254". */
function outcomeTitle(
  names: readonly string[],
  scores: readonly (number | undefined)[][],
  {name, score}: OutcomeKind
): string {
  const times = (i: number) => countText(scores[i]!.filter((value) => value === score).length);
  return `${name}: ${names[0]} ${times(0)}, ${names[1]} ${times(1)}`;
}

/** Rows by what the first came to and what the second came to. */
function outcomePairs(
  names: readonly string[],
  [first, second]: (number | undefined)[][],
  kinds: readonly OutcomeKind[],
  made: Provenance
): HTMLElement {
  const times = (a: number, b: number) =>
    first!.filter((score, row) => score === a && second![row] === b).length;
  return dataTable(
    kinds,
    [
      {name: names[0]!, heading: true, value: ({name}) => name},
      ...kinds.map(({name, score: other}): GroupedColumn<OutcomeKind> => ({
        name: `${names[1]!}: ${name.toLowerCase()}`,
        numeric: true,
        value: ({score}) => countText(times(score, other))
      }))
    ],
    {caption: `Rows by what ${names[0]} and ${names[1]} came to`, made}
  );
}
