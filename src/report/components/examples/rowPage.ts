import {memberOf} from "../../../base/validation/memberOf.js";
import {html} from "htl";
import {valueName} from "../../../evals/decisions/valueName.js";
import type {AnswerDetail, RowDetail, ShownText} from "../../site/detailTypes.js";
import type {RunView, VerdictsData} from "../../site/types.js";
import {fromAddress, linkTo} from "../address/address.js";
import {shellWord} from "../../../base/validation/lineText.js";
import {copyButton} from "../notes/copying.js";
import {quotedText} from "../text/sqlText.js";
import {shortRowName} from "../text/names.js";
import {rowMarkdown} from "./rowMarkdown.js";
import {dataTable} from "../tables/dataTable.js";
import {code, type PageContent, emptyState, facts, nothing, section} from "../text/elements.js";
import {
  countText,
  dollars,
  durationText,
  joinedNames,
  pluralText,
  scorerFormat,
  time
} from "../text/format.js";
import {labelButtons} from "./labels.js";
import {loadDetail, rowPlace} from "../rows/rowDetails.js";
import {loadNote} from "../verdict/latencyNote.js";
import {neighbouringRows, onKeys} from "../rows/rowOrder.js";
import {loadIds} from "../rows/runRows.js";
import {rowScoresQuery} from "../rows/scoreQueries.js";
import {asked, promptCommand} from "./rowAsked.js";
import {knownRows} from "./rowKnown.js";
import {scoreBadge, said, publishedText} from "../text/shownText.js";
import {type Piece, wordDiff} from "./wordDiff.js";

/**
 * All about the row that the address names: what was asked, what every candidate answered and how that was scored, what it
 * took, and how the row fared in earlier runs.
 */
export async function rowPage(
  run: RunView | null,
  {runs}: Pick<VerdictsData, "runs"> = {runs: []}
): Promise<PageContent> {
  if (!run) return nothing();
  const id = fromAddress("row");
  if (id === null)
    return emptyState("No row is chosen.", ["Choose one on the page ", link("./examples", "Examples"), "."]);
  const place = await rowPlace(run, id);
  if (!place) {
    const dataset = fromAddress("dataset")?.split("@")[0];
    const others = runs.filter((one) => one !== run && one.dataset.name === dataset);
    for (const other of others)
      if (await rowPlace(other, id)) {
        location.replace(linkTo("./row", {run: other.id, row: id}));
        return nothing();
      }
    return emptyState(
      dataset === undefined ? `Run ${run.id} has no row ${id}.` : `No run of this report has row ${id}.`,
      dataset === undefined
        ? ["Choose one on the page ", link("./examples", "Examples"), "."]
        : [
            "It may be a row that models train on. What the store has of it: ",
            code(`npx assay rows ${dataset} --where ${shellWord(`row_id = ${quotedText(id)}`)}`)
          ]
    );
  }
  const [row, at] = place;
  const [detail, steps] = await Promise.all([
    at === null ? undefined : loadDetail(run.id, at),
    stepsFrom(run, row)
  ]);
  if (!detail)
    return emptyState(`This report holds no text of row ${id}.`, [
      "Texts are kept of the 5,000 rows on which candidates differ most. The store has them all: ",
      code(promptCommand(run, id))
    ]);
  const page = html`<div class="row-page">
    ${walk(steps, copying(run, detail))} ${about(run, detail)} ${asked(run, detail)}
    ${candidateAnswers(run, detail)} ${knownRows(detail)} ${measured(run, detail)} ${past(run, detail)}
  </div>`;
  return page;
}

interface Steps {
  before?: string;
  after?: string;
  text?: string;
}

/** Ids of the rows before and after one in the list that was looked at last. */
async function stepsFrom(run: RunView, row: number): Promise<Steps> {
  const {before, after, text} = neighbouringRows(run.id, row);
  const both = [before, after].filter((one) => one !== undefined);
  const ids = await loadIds(run.id, both);
  const id = (one: number | undefined) => (one === undefined ? undefined : ids[both.indexOf(one)]);
  return {before: id(before), after: id(after), text};
}

function link(page: string, text: string): HTMLElement {
  return html`<a href=${linkTo(page)}>${text}</a>`;
}

function walk({before, after, text}: Steps, copying: HTMLElement): HTMLElement {
  const step = (row: string | undefined, label: string, key: string) =>
    row === undefined
      ? null
      : html`<a class="step" href=${linkTo("./row", {row})}>${label} <kbd>${key}</kbd></a>`;
  const bar = html`<p class="steps">
    ${link("./examples", "All rows")} ${step(before, "Previous", "k")} ${step(after, "Next", "j")}
    ${text ? html`<small>${text}</small>` : null} ${copying}
  </p>`;
  onKeys(bar, (direction) => {
    const row = direction > 0 ? after : before;
    if (row !== undefined) location.href = linkTo("./row", {row});
  });
  return bar;
}

function copying(run: RunView, detail: RowDetail): HTMLElement {
  return html`<span class="saves">
    ${copyButton("Link", () => location.href, "Copy a link to this row")}${copyButton(
      "Markdown",
      () => rowMarkdown(run, detail, location.href),
      "Copy this row as Markdown"
    )}
  </span>`;
}

function about(run: RunView, {id, cluster, expected, slices}: RowDetail): HTMLElement {
  return section(
    `Row ${shortRowName(id)}`,
    facts([
      ["Id", shortRowName(id) === id ? null : code(id)],
      ["Expected", expected ? publishedText({...expected, text: valueName(expected.text)}) : "not published"],
      ...Object.entries(slices).map(([name, value]): [string, PageContent] => [
        value === cluster ? `${name}, the group` : name,
        valueName(value)
      ]),
      ["Group", Object.values(slices).includes(cluster!) ? null : cluster],
      [
        "Dataset",
        run.imported
          ? `${run.dataset.name}, imported`
          : `${run.dataset.name}, ${run.split.part} part of split ${run.split.name}`
      ]
    ])
  );
}

function candidateAnswers(run: RunView, {id, expected, answers}: RowDetail): HTMLElement {
  const none = scorerFormat(run, run.primaryScorer);
  const reference = expected?.text ?? answers[0]?.output?.text;
  return section(
    "What candidates answered",
    html`<div class="answers">
      ${answers.map(
        (answer) =>
          html`<article class="one-answer" aria-label=${answer.candidate}>
            <h3>
              ${answer.candidate}${answer.repeat > 0 ? html` <small>repeat ${answer.repeat + 1}</small>` : null}
            </h3>
            ${
              answer.failed !== undefined
                ? html`<p>${scoreBadge(undefined, none)} ${answer.failed}</p>`
                : said(
                    answer.output
                      ? differing(answer.output, reference)
                      : html`<em>The answer is not published.</em>`
                  )
            }
            ${answer.toolCalls ? said(publishedText(answer.toolCalls)) : null}
            <ul class="scores">
              ${answer.scores.map(
                ({scorer, value, failed, details}) =>
                  html`<li>
                    ${scorer}: ${scoreBadge(value, scorerFormat(run, scorer))}
                    ${failed === undefined ? null : html`<span>${failed}</span>`} ${explained(details)}
                  </li>`
              )}
            </ul>
            ${answer.output && !answer.output.cut && !answer.toolCalls?.cut ? labelButtons(run, {id, output: labelled(answer)}) : null}
          </article>`
      )}
    </div>`,
    html`<p class="small">
      ${
        expected
          ? "Marked: words that are not in the expected answer."
          : "Marked: words that are not in the first candidate's answer."
      }
    </p>`
  );
}

/** The answer as `humanLabels` knows it. */
function labelled({output, toolCalls}: AnswerDetail): string {
  return [output?.text, toolCalls?.text].filter((part) => part?.trim()).join("\n");
}

function measured(run: RunView, {id, answers}: RowDetail): HTMLElement {
  const own = answers.filter(({failed}) => failed === undefined);
  return section(
    "What it took",
    dataTable(
      own,
      [
        {name: "Candidate", heading: true, value: ({candidate}) => candidate},
        {name: "Model", value: ({servedModel}) => servedModel ?? "–"},
        {name: "Prompt tokens", numeric: true, value: (one) => tokenCount(one, one.promptTokens)},
        {name: "Cached", numeric: true, value: ({cachedTokens}) => countText(cachedTokens)},
        {name: "Answer tokens", numeric: true, value: (one) => tokenCount(one, one.completionTokens)},
        {name: "Latency", numeric: true, value: ({latencyMs}) => durationText(latencyMs)},
        {name: "First token", numeric: true, value: ({firstTokenMs}) => durationText(firstTokenMs)},
        {name: "Cost", numeric: true, value: ({costUsd}) => dollars(costUsd)},
        {name: "Attempts", numeric: true, value: ({attempts}) => countText(attempts)},
        {name: "Ended by", value: ({finishReason}) => finishReason ?? "–"},
        {name: "Reused", value: ({reused}) => (reused ? "yes" : "no")}
      ],
      {
        caption: "Tokens, time and cost of each answer",
        made: {
          what: own.some(({tokensEstimatedBy}) => tokensEstimatedBy)
            ? "What each answer took. Tokens that its endpoint did not tell were counted here."
            : "What each answer took, as its endpoint counted it.",
          n: pluralText(own.length, "answer"),
          term: "cost",
          sql: rowScoresQuery(id),
          engine: "tokens, times and costs are in the table completions of assay sql",
          run: run.id
        }
      }
    ),
    html`<p class="small">${loadNote(run)}</p>`
  );
}

function tokenCount({tokensEstimatedBy}: AnswerDetail, tokens: number | undefined): PageContent {
  if (tokens === undefined || tokensEstimatedBy === undefined) return countText(tokens);
  return [countText(tokens), html`<small>estimated: ${tokensEstimatedBy}</small>`];
}

function past(run: RunView, {id, history}: RowDetail): PageContent {
  if (history.length === 0) return nothing();
  const candidates = [...new Set(history.flatMap(({scores}) => Object.keys(scores)))];
  const format = scorerFormat(run, run.primaryScorer);
  return section(
    "In earlier runs",
    dataTable(
      history,
      [
        {
          name: "Run",
          heading: true,
          value: ({run, sealedAt}) => html`<a href=${linkTo("./runs", {run})}>${time(sealedAt)}</a>`
        },
        ...candidates.map((candidate) => ({
          name: candidate,
          value: ({scores}: RowDetail["history"][number]) =>
            memberOf(scores, candidate) === undefined ? "–" : scoreBadge(memberOf(scores, candidate), format)
        }))
      ],
      {
        caption: "The row's scores in earlier runs of the eval",
        made: {
          what: "The row's scores in the runs before this one.",
          n: pluralText(history.length, "earlier run"),
          term: "score",
          sql: rowScoresQuery(id),
          engine: "the scores of earlier runs are in the table scores of assay sql",
          run: run.id
        }
      }
    )
  );
}

/** What a scorer said beside its score, but for what stands on the page already. */
function explained(details: ShownText | undefined): PageContent {
  if (!details) return null;
  let found: unknown;
  try {
    found = JSON.parse(details.text);
  } catch {
    return html`<small>${publishedText(details)}</small>`;
  }
  if (typeof found !== "object" || found === null) return html`<small>${details.text}</small>`;
  const entries = Object.entries(found).filter(([name]) => name !== "expected" && name !== "predicted");
  if (entries.length === 0) return null;
  const words = entries.map(([name, value]) => `${name}: ${detailText(value)}`);
  return html`<small>${words.join(", ")}</small>`;
}

function detailText(value: unknown): string {
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return joinedNames(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The answer with the words marked that the reference lacks. */
function differing(answer: ShownText, reference: string | undefined): PageContent {
  const pieces = reference === undefined ? undefined : wordDiff(answer.text, reference);
  // Where nothing is shared, marking every word would say nothing.
  if (!pieces?.some(({same}) => same)) return publishedText(answer);
  return [
    ...pieces.map(({text: piece, same}: Piece) => (same ? piece : html`<mark>${piece}</mark>`)),
    answer.cut ? html`<small> … cut</small>` : null
  ];
}
