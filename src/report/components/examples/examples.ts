import {cutText} from "../text/shortened.js";
import {html} from "htl";
import type {AnswerDetail, RowDetail} from "../../site/detailTypes.js";
import {DETAILS_PER_FILE} from "../../site/detailFiles.js";
import type {RunView} from "../../site/types.js";
import {rowLink} from "../address/rowLink.js";
import type {CandidatePair} from "../inputs/chooseCandidates.js";
import type {ExampleChoice} from "./chooseExamples.js";
import {dataTable} from "../tables/dataTable.js";
import {type PageContent, freshId, isPhone, nothing, section} from "../text/elements.js";
import {halfOf, sortedRows} from "./exampleFilters.js";
import {countText, pluralText, type ScoreFormat, scorerFormat} from "../text/format.js";
import {publishedAnswer, shownExpected} from "../rows/otherAnswers.js";
import {loadDetails} from "../rows/rowDetails.js";
import {MOST_REMEMBERED, moveByKeys, rememberOrder} from "../rows/rowOrder.js";
import {loadRunRows, repeatsNote, type RunRows, rowsIn, type ScoreChoice} from "../rows/runRows.js";
import {rightQuery, spreadQuery} from "../rows/scoreQueries.js";
import {sharedText, type SharedText} from "./sharedText.js";
import {scoreBadge} from "../text/shownText.js";

const PAGE = isPhone() ? 5 : 20;
/** Characters of a text that a line shows. */
const LONGEST = 280;

/** The rows that a reader asked for, some at a time, each with two candidates' answers and a link to all about it. */
export function examples(
  run: RunView | null,
  rows: RunRows | null,
  choice: ScoreChoice | null,
  pair: CandidatePair | null,
  wanted: ExampleChoice | null
): PageContent {
  if (!run || !rows || !choice || !pair || !wanted) return nothing();
  const matches = (row: number) =>
    (wanted.expected === undefined || rows.text("expected", row) === wanted.expected) &&
    (wanted.answered === undefined || rows.text(`answer:${pair.first}`, row) === wanted.answered) &&
    (wanted.failure === undefined ||
      rows.candidates.some((candidate) => rows.text(`failure:${candidate}`, row) === wanted.failure));
  const list = html`<div id=${freshId("examples")}></div>`;
  const status = html`<p role="status"></p>`;
  const shown = {run, rows, choice, pair, list};
  const say = (text: string) => {
    status.textContent = text;
  };
  const show = () => {
    const among = rowsIn(rows, choice.slice).filter(matches);
    const found = sortedRows(rows, choice.scorer, among, wanted.filter, wanted.order);
    if (wanted.search === "") {
      say(`${pluralText(found.length, "row")} of ${countText(among.length)}. ${texts(rows)}`);
      void showRows(shown, found);
    } else void search(rows, found, wanted.search, say).then((hits) => showRows(shown, hits));
  };
  if (wanted.answered === undefined) show();
  else void loadRunRows(run.id, {answers: [pair.first]}).then(show);
  return section(
    "Rows",
    status,
    rows.repeats > 1 ? html`<p class="small">${repeatsNote(rows)}</p>` : null,
    list
  );
}

/** Of how many rows the site has texts. */
function texts(rows: RunRows): string {
  const {length} = rows.detailed;
  return length < rows.length
    ? `This report holds the text of ${countText(length)} of ${countText(rows.length)} rows, those on which candidates differ first.`
    : "";
}

interface ExampleList {
  run: RunView;
  rows: RunRows;
  choice: ScoreChoice;
  pair: CandidatePair;
  list: HTMLElement;
}

async function showRows(shown: ExampleList, found: readonly number[], limit = PAGE): Promise<void> {
  const {run, rows, list} = shown;
  const page = found.slice(0, limit);
  const details = await detailsOf(run.id, rows, page);
  await rows.open(page.filter((row) => lead(details.get(row)) === undefined));
  rememberOrder(run.id, found.slice(0, MOST_REMEMBERED));
  const more = html`<button type="button">
    Show ${countText(Math.min(PAGE, found.length - limit))} more
  </button>`;
  more.addEventListener(
    "click",
    () =>
      void showRows(shown, found, limit + PAGE).then(() =>
        list.querySelectorAll<HTMLElement>(".row-link")[limit]?.focus()
      )
  );
  list.replaceChildren(
    ...(found.length === 0
      ? [html`<p>No row is like that. Choose other rows above.</p>`]
      : [rowTable(shown, page, details)]),
    ...(found.length > limit ? [more] : [])
  );
  moveByKeys(list);
}

async function detailsOf(
  run: string,
  rows: RunRows,
  page: readonly number[]
): Promise<Map<number, RowDetail>> {
  const found = new Map<number, RowDetail>();
  for (const row of page) {
    const place = rows.detail(row);
    if (place === undefined) continue;
    const file = await loadDetails(run, Math.floor(place / DETAILS_PER_FILE)).catch(() => undefined);
    const detail = file?.rows[place % DETAILS_PER_FILE];
    if (detail) found.set(row, detail);
  }
  return found;
}

/** The rows whose texts hold all the words, case aside; it reads the files of texts one after the other. */
async function search(
  rows: RunRows,
  found: readonly number[],
  words: string,
  say: (text: string) => void
): Promise<number[]> {
  const wanted = words.toLowerCase().split(/\s+/);
  const holds = (text: string) => wanted.every((word) => text.includes(word));
  const hits: number[] = [];
  const read = new Set<number>();
  for (const row of found) {
    const place = rows.detail(row);
    if (place === undefined) continue;
    const number = Math.floor(place / DETAILS_PER_FILE);
    const file = await loadDetails(rows.run, number).catch(() => undefined);
    if (!read.has(number))
      say(`Searching, ${countText(read.add(number).size * DETAILS_PER_FILE)} texts read …`);
    const detail = file?.rows[place % DETAILS_PER_FILE];
    if (detail && holds(allText(detail))) hits.push(row);
  }
  say(`${pluralText(hits.length, "row")} with “${words}”. ${texts(rows)}`);
  return hits;
}

function allText({id, expected, prompts, answers}: RowDetail): string {
  return [
    id,
    expected?.text ?? "",
    ...prompts.flatMap(({messages}) => (messages ?? []).map(({text}) => text)),
    ...answers.flatMap(({output, toolCalls}) => [output?.text ?? "", toolCalls?.text ?? ""])
  ]
    .join("\n")
    .toLowerCase();
}

function rowTable(
  {rows, choice, pair}: ExampleList,
  page: readonly number[],
  details: ReadonlyMap<number, RowDetail>
): HTMLElement {
  const format = scorerFormat(rows, choice.scorer);
  const half = halfOf(rows, choice.scorer);
  const names = pair.first === pair.second ? [pair.first] : [pair.first, pair.second];
  const shared = sharedText(page.flatMap((row) => lead(details.get(row)) ?? []));
  const table = dataTable(
    page,
    [
      {
        name: "Row",
        heading: true,
        value: (row) => rowLink(details.get(row)?.id ?? rows.rowId(row))
      },
      {
        name: "Text",
        wide: true,
        value: (row) =>
          ownText(lead(details.get(row)), shared) ?? rows.text("excerpt", row) ?? "not published"
      },
      {
        name: "Expected",
        value: (row) => cutText(shownExpected(rows, row) ?? details.get(row)?.expected?.text ?? "–", 80)
      },
      ...(half === undefined
        ? []
        : [
            {
              name: "Right",
              numeric: true,
              value: (row: number) => rightOf(rows, {scorer: choice.scorer, half}, row)
            }
          ]),
      ...names.map((name) => ({
        name,
        value: (row: number) =>
          exampleAnswer(rows, {scorer: choice.scorer, candidate: name, row}, format, details.get(row))
      }))
    ],
    {
      caption: "Rows and what candidates answered",
      cards: true,
      filter: false,
      made: {
        what:
          half === undefined
            ? `What each row is scored by ${choice.scorer}.`
            : `How many candidates have each row right by ${choice.scorer}: a score of ${half} or more.`,
        n: `${pluralText(page.length, "row")} shown here`,
        term: "score",
        sql: half === undefined ? spreadQuery(choice) : rightQuery(choice, half),
        run: rows.run
      }
    }
  );
  return shared ? html`<div>${sharedNote(shared)} ${table}</div>` : table;
}

/** What every row's text has around it, said once. */
function sharedNote({before, after}: SharedText): HTMLElement {
  const part = (text: string) => html`<q>${cutText(text.trim(), LONGEST)}</q>`;
  return html`<p class="small">
    ${before.trim() ? ["Every text begins with ", part(before)] : null}${before.trim() && after.trim() ? " and " : null}${
      after.trim() ? [before.trim() ? "ends with " : "Every text ends with ", part(after)] : null
    }:
    rows show what differs.
  </p>`;
}

function ownText(text: string | undefined, shared: SharedText | undefined): string | undefined {
  if (text === undefined) return undefined;
  const own = shared ? text.slice(shared.before.length, text.length - shared.after.length) : text;
  return cutText(own, LONGEST);
}

function rightOf(rows: RunRows, {scorer, half}: {scorer: string; half: number}, row: number): string {
  const scores = rows.candidates
    .map((candidate) => rows.score(scorer, candidate, row))
    .filter((score) => score !== undefined);
  return `${scores.filter((score) => score >= half).length} / ${scores.length}`;
}

/** The last thing that was said to the candidates: the row's own text, mostly. */
function lead(detail: RowDetail | undefined): string | undefined {
  return detail?.prompts[0]?.messages?.findLast(({role}) => role === "user")?.text;
}

function exampleAnswer(
  rows: RunRows,
  {scorer, candidate, row}: {scorer: string; candidate: string; row: number},
  format: ScoreFormat,
  detail: RowDetail | undefined
): HTMLElement {
  const given = detail?.answers.find((one) => one.candidate === candidate && one.repeat === 0);
  const text =
    publishedAnswer(rows, candidate, row) ??
    predicted(given) ??
    given?.output?.text ??
    rows.text(`failure:${candidate}`, row);
  const score = rows.score(scorer, candidate, row);
  return html`<span class="answer"
    >${scoreBadge(score, format)} <span>${cutText(text ?? "", 120)}</span></span
  >`;
}

/** The label that a scorer read from the answer, where one did. */
function predicted(answer: AnswerDetail | undefined): string | undefined {
  for (const {details} of answer?.scores ?? []) {
    if (!details?.text.startsWith("{") || details.cut) continue;
    const {predicted: label} = JSON.parse(details.text) as {predicted?: unknown};
    if (typeof label === "string") return label;
  }
  return undefined;
}
