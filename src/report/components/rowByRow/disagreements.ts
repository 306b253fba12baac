import {html} from "htl";
import {rowLink} from "../address/rowLink.js";
import type {CandidatePair} from "../inputs/chooseCandidates.js";
import {dataTable} from "../tables/dataTable.js";
import {type PageContent, freshId, isPhone, nothing, section} from "../text/elements.js";
import {countText, pluralText, type ScoreFormat, scorerFormat} from "../text/format.js";
import {select} from "../inputs/inputs.js";
import {publishedAnswer, shownExpected} from "../rows/otherAnswers.js";
import {rememberOrder} from "../rows/rowOrder.js";
import {repeatsNote, type RunRows, rowsIn, type ScoreChoice} from "../rows/runRows.js";
import {scoreBadge} from "../text/shownText.js";
import {disagreementsQuery} from "../rows/scoreQueries.js";

const PAGE = isPhone() ? 5 : 20;

interface DisagreementFilter {
  label: string;
  id: string;
  test(first: number | undefined, second: number | undefined): boolean;
}

/** The rows on which two candidates come to different scores, the largest difference first, some at a time. */
export function disagreements(
  rows: RunRows | null,
  choice: ScoreChoice | null,
  pair: CandidatePair | null
): PageContent {
  if (!rows || !choice || !pair) return nothing();
  const title = "Rows they disagree on";
  if (pair.first === pair.second)
    return section(
      title,
      html`<p>
        ${
          rows.candidates.length > 1
            ? "Choose two different candidates to see where they disagree."
            : `The run has one candidate, ${pair.first}, and nothing to compare it with.`
        }
      </p>`
    );
  const {first, second} = pair;
  const kinds: DisagreementFilter[] = [
    {
      label: `${first} scores higher`,
      id: "first",
      test: (a, b) => a !== undefined && b !== undefined && a > b
    },
    {
      label: `${second} scores higher`,
      id: "second",
      test: (a, b) => a !== undefined && b !== undefined && a < b
    },
    {
      label: "One of them has no score",
      id: "no-score",
      test: (a, b) => (a === undefined) !== (b === undefined)
    }
  ];
  const scores = (row: number) =>
    [rows.score(choice.scorer, first, row), rows.score(choice.scorer, second, row)] as const;
  const chosen = rowsIn(rows, choice.slice);
  const gap = (row: number) => {
    const [a = 0, b = 0] = scores(row);
    return Math.abs(a - b);
  };
  const groups = kinds.map((kind) =>
    chosen.filter((row) => kind.test(...scores(row))).sort((a, b) => gap(b) - gap(a))
  );
  const format = scorerFormat(rows, choice.scorer);
  const which = select(
    kinds.map(({label, id}, k) => ({
      label: `${label} (${countText(groups[k]!.length)})`,
      id,
      value: groups[k]!
    })),
    {label: "Show", key: "disagreement", selected: (group) => group.length > 0}
  );
  const id = freshId("rows");
  const list = html`<div id=${id} aria-live="polite"></div>`;
  let asked = 0;
  const show = async (limit: number) => {
    const found = which.value;
    const own = ++asked;
    await rows.open(found.slice(0, limit));
    if (own !== asked) return;
    rememberOrder(rows.run, found);
    const more = html`<button type="button">
      Show ${countText(Math.min(PAGE, found.length - limit))} more
    </button>`;
    more.addEventListener("click", () => void show(limit + PAGE));
    list.replaceChildren(
      ...(found.length === 0
        ? [html`<p>There is no such row.</p>`]
        : [rowTable(rows, found.slice(0, limit), {choice, pair, format})]),
      ...(found.length > limit ? [more] : [])
    );
  };
  which.addEventListener("input", (event) => {
    event.stopPropagation();
    void show(PAGE);
  });
  void show(PAGE);
  const repeats = repeatsNote(rows);
  return section(
    `Of ${pluralText(chosen.length, "row")}, ${countText(groups[0]!.length)} are better with ${first} and ${countText(groups[1]!.length)} with ${second}`,
    repeats === "" ? null : html`<p>${repeats}</p>`,
    which,
    list
  );
}

function rowTable(
  rows: RunRows,
  found: readonly number[],
  {choice, pair, format}: {choice: ScoreChoice; pair: CandidatePair; format: ScoreFormat}
): HTMLElement {
  const {first, second} = pair;
  const {scorer} = choice;
  return dataTable(
    found,
    [
      {
        name: "Row",
        value: (row) => rowLink(rows.rowId(row)),
        heading: true
      },
      {name: "Expected", value: (row) => shownExpected(rows, row) ?? "–"},
      {name: first, value: (row) => disagreementAnswer(rows, scorer, first, row, format)},
      {name: second, value: (row) => disagreementAnswer(rows, scorer, second, row, format)},
      {name: "Excerpt, masked", value: (row) => rows.text("excerpt", row) ?? "not published", wide: true}
    ],
    {
      caption: `Rows on which ${first} and ${second} disagree`,
      cards: true,
      filter: false,
      made: {
        what: `Rows on which ${first} and ${second} have different scores by ${scorer}.`,
        n: `${pluralText(rowsIn(rows, choice.slice).length, "row")}`,
        term: "difference",
        sql: disagreementsQuery(choice, first, second),
        run: rows.run
      }
    }
  );
}

function disagreementAnswer(
  rows: RunRows,
  scorer: string,
  candidate: string,
  row: number,
  format: ScoreFormat
): HTMLElement {
  const score = rows.score(scorer, candidate, row);
  const text = publishedAnswer(rows, candidate, row);
  const failure = rows.text(`failure:${candidate}`, row);
  return html`<span class="answer">${scoreBadge(score, format)} <span>${text ?? failure ?? ""}</span></span>`;
}
