import {html} from "htl";
import type {RowChange, RowChanges, ShownText} from "../../site/detailTypes.js";
import type {RunView} from "../../site/types.js";
import {runRecord} from "../address/address.js";
import {rowLink} from "../address/rowLink.js";
import {wordDiff} from "../examples/wordDiff.js";
import {scoreBadge, publishedText} from "../text/shownText.js";
import {code, type PageContent, emptyState, isPhone, nothing, section} from "../text/elements.js";
import {countText, pluralText, type ScoreFormat, scorerFormat, time} from "../text/format.js";
import {dataTable} from "../tables/dataTable.js";
import {quotedText} from "../text/sqlText.js";
import type {ChangeChoice} from "./chooseRowChanges.js";

const PAGE = isPhone() ? 5 : 20;

/** The rows that a run scores otherwise than the run before it, those that changed most first, with both answers. */
export function rowChangeList(
  run: RunView | null,
  found: RowChanges | null,
  wanted: ChangeChoice | null
): PageContent {
  if (!run) return nothing();
  const others = html`<p class="small">
    Any two runs: ${code("npx assay runs A B")} lists their rows in the same way.
  </p>`;
  if (!found)
    return emptyState("There is no complete run before this one to compare with.", [
      "Run the eval again with ",
      code(`npx ${run.command}`),
      ", then build the site again."
    ]);
  const {before, counts} = found;
  const against = html`<a href=${runRecord(before.id)}>the run of ${time(before.sealedAt)} UTC</a>`;
  if (!wanted)
    return section("Rows that changed", html`<p>None: every row scored as in ${against}.</p>`, others);
  const rows = found.rows.filter(
    ({kind, candidate}) =>
      (wanted.kind === undefined || kind === wanted.kind) &&
      (wanted.candidate === undefined || candidate === wanted.candidate)
  );
  const all = counts.worse + counts.better + counts.failed;
  return section(
    "Rows that changed",
    html`<p>
      Against ${against}: ${countText(counts.worse)} worsened, ${countText(counts.better)} improved,
      ${countText(counts.failed)} newly failed, counted by candidate and
      row${run.change ? `, of ${pluralText(run.change.rows.shared, "row")} in both` : ""}.
      ${found.rows.length < all ? `The ${countText(found.rows.length)} that changed most are listed.` : ""}
    </p>`,
    listed(run, found, rows),
    html`<p class="small">Marked: words that the other answer does not have.</p>`,
    others
  );
}

function listed(run: RunView, found: RowChanges, rows: readonly RowChange[]): HTMLElement {
  const place = html`<div></div>`;
  const show = (limit: number) => {
    const more = html`<button type="button">
      Show ${countText(Math.min(PAGE, rows.length - limit))} more
    </button>`;
    more.addEventListener("click", () => show(limit + PAGE));
    place.replaceChildren(
      rows.length === 0
        ? html`<p>No change is like that.</p>`
        : changeTable(run, found, rows.slice(0, limit)),
      ...(rows.length > limit ? [more] : [])
    );
  };
  show(PAGE);
  return place;
}

function changeTable(run: RunView, {before}: RowChanges, rows: readonly RowChange[]): HTMLElement {
  const format = scorerFormat(run, run.primaryScorer);
  return dataTable(
    rows,
    [
      {name: "Row", heading: true, value: ({row}) => rowLink(row)},
      {name: "Candidate", value: ({candidate}) => candidate},
      {
        name: `Change, ${format.differenceUnit}`,
        numeric: true,
        value: ({now, before}) => (now === undefined ? "failed" : format.difference(now - before))
      },
      {name: "Expected", value: ({expected}) => (expected ? publishedText(expected) : "–")},
      {
        name: "Before",
        value: (one) => answered(one.before, one.answerBefore, {other: one.answerNow, format})
      },
      {name: "Now", value: (one) => answered(one.now, one.answerNow, {other: one.answerBefore, format})}
    ],
    {
      caption: "Rows that changed, those that changed most first",
      cards: true,
      filter: false,
      made: {
        what: "Rows whose score is not as it was in the run before, with both answers.",
        n: `${pluralText(rows.length, "change")} shown here`,
        term: "difference",
        sql: `select row_id, candidate, run, value from scores
where run in (${quotedText(before.id)}, ${quotedText(run.id)}) and scorer = ${quotedText(run.primaryScorer)}
order by row_id, candidate, run`,
        engine: "assay sql has the scores of both runs, this page those of the newest",
        run: run.id
      }
    }
  );
}

function answered(
  score: number | undefined,
  answer: ShownText | undefined,
  {other, format}: {other: ShownText | undefined; format: ScoreFormat}
): HTMLElement {
  const pieces =
    answer && other && answer.text !== other.text ? wordDiff(answer.text, other.text) : undefined;
  const text = !answer
    ? "not published"
    : pieces?.some(({same}) => same)
      ? [
          ...pieces.map(({text: piece, same}) => (same ? piece : html`<mark>${piece}</mark>`)),
          answer.cut ? html`<small> … cut</small>` : null
        ]
      : publishedText(answer);
  return html`<span class="answer">${scoreBadge(score, format)} <span>${text}</span></span>`;
}
