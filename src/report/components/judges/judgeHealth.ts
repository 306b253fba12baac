import {html} from "htl";
import {splitText} from "../../../evals/decisions/points.js";
import {SAME_WORDS} from "../../site/rowFiles.js";
import type {RunView, ScorerView} from "../../site/types.js";
import {linkTo} from "../address/address.js";
import type {JudgeChoice} from "./chooseJudge.js";
import {dataTable} from "../tables/dataTable.js";
import {code, flat, furtherSection, type PageContent, nothing, section} from "../text/elements.js";
import {countText, formatFor, joinedNames, pluralText, percentText} from "../text/format.js";
import {agreementWithPeople} from "./judgeAgreement.js";
import {correctedScores} from "./judgeCorrectedPlot.js";
import {
  type Agreement,
  type JudgedAnswer,
  judgeFigures,
  type JudgeFigures,
  type OrderFigures
} from "./judgeFigures.js";
import {lengthBias} from "./judgeLength.js";
import {howMade} from "../notes/made.js";
import {type JudgeQueries, judgeQueries, ORDERS} from "./judgeQueries.js";
import {type RunRows, rowsIn} from "../rows/runRows.js";
import {tiles} from "../notes/tiles.js";

const points = formatFor([]);

/** Every answer in the chosen rows with what the judge, people and its length say of it. */
export function judgedAnswers(rows: RunRows, {judge, human, slice}: JudgeChoice): JudgedAnswer[] {
  const repeats = Array.from({length: rows.repeats}, (_, repeat) => repeat);
  return rowsIn(rows, slice).flatMap((row) =>
    rows.candidates.flatMap((candidate) =>
      repeats.flatMap((repeat): JudgedAnswer[] => {
        const length = rows.answerLength(candidate, row, repeat);
        // A completion that failed left no answer to judge.
        if (length === undefined) return [];
        const answer = {candidate, row, repeat};
        const order = rows.order(judge.name, answer);
        const chosen = order?.split(" ");
        return [
          {
            group: rows.text("cluster", row) ?? `row ${row}`,
            candidate,
            length,
            judge: rows.judged(judge.name, answer),
            human: human && rows.judged(human.name, answer),
            order: chosen?.length === 2 ? [chosen[0]!, chosen[1]!] : undefined,
            sameWords: order === SAME_WORDS || undefined
          }
        ];
      })
    )
  );
}

/** Whether a judge can be trusted: agreement with people, its habits, and every candidate's score corrected for them. */
export function judgeHealth(
  run: RunView | null,
  choice: JudgeChoice | null,
  rows: RunRows | null
): PageContent {
  if (!run || !choice || !rows) return nothing();
  const answers = judgedAnswers(rows, choice);
  const figures = judgeFigures(answers, rows.candidates);
  const {judge, human} = choice;
  const queries = judgeQueries(run.id, choice);
  return html`<div>
    ${summary(run, {judge, human, queries}, figures, [agreementWithPeople(figures.agreement, human, queries), rowsToRead(run, choice)])}
    ${section("Scores corrected by people's labels", correctedScores(figures.candidates, human, queries))}
    ${furtherSection("Does the order decide?", order(figures.order, queries))}
    ${furtherSection("Does the length decide?", lengthBias(figures.length, queries))}
    ${judge.failures?.length ? furtherSection("Answers without a verdict", failures(judge, figures, queries)) : null}
  </div>`;
}

/** Answers with the judge's own words, those first on which people disagree with it. */
function rowsToRead({id}: RunView, {judge, human}: JudgeChoice): HTMLElement {
  const href = linkTo("./examples", {
    run: id,
    scorer: judge.name,
    show: "all",
    sort: human ? "judge" : "hardest"
  });
  return html`<p>
    <a href=${href}
      >${human ? "Rows on which judge and people disagree most" : "Rows that it scored lowest"}</a
    >, each with the judge's words.
  </p>`;
}

function summary(
  run: RunView,
  {judge, human, queries}: {judge: ScorerView; human: ScorerView | undefined; queries: JudgeQueries},
  {answers, judged, labelled, agreement, order: orders}: JudgeFigures,
  shown: PageContent
): HTMLElement {
  return html`<section class="part" aria-label="Judge">
    <p class="eyebrow">
      <span>${run.title}</span><span>${splitText(run.split)}</span
      ><span>${judge.judge!.model} at ${judge.judge!.endpoint}</span>
    </p>
    <p class="sentence">${sentence(judge, agreement, orders)}</p>
    ${flat([shown])}
    ${tiles([
      {label: "Judged", value: countText(judged), note: `of ${pluralText(answers, "answer")}`},
      {
        label: "Labelled by people",
        value: countText(labelled),
        note: [percentText(answers > 0 ? labelled / answers : undefined), ...labellersText(human)].join(", ")
      },
      ...(agreement?.table
        ? [
            {
              label: "Same score",
              value: percentText(agreement.same),
              note: intervalNote(agreement.interval, agreement.n)
            }
          ]
        : []),
      ...(agreement?.kappa
        ? [
            {
              label: "Cohen's kappa",
              value: agreement.kappa.kappa.toFixed(2),
              note: beyondChance(agreement.kappa)
            }
          ]
        : []),
      ...(agreement?.alpha
        ? [
            {
              label: "Krippendorff's alpha",
              value: agreement.alpha.alpha.toFixed(2),
              note: beyondChance(agreement.alpha)
            }
          ]
        : []),
      ...(orders && orders.n > 0
        ? [
            {
              label: "Changes with the order",
              value: percentText(orders.flips / orders.n),
              note: intervalNote(orders.interval, orders.n)
            }
          ]
        : [])
    ])}
    ${howMade({
      what: "How often judge and people agree on the answers that both scored, and how often the judge changes its choice with the order.",
      n: pluralText(judged, "judged answer"),
      term: "agreement",
      sql: queries.scores,
      engine: "cohenKappa and krippendorffInterval of assay/stats make the measures of agreement",
      run: run.id
    })}
  </section>`;
}

/** "by kb (112) and am (9)"; nothing where labels do not say. */
function labellersText(human: ScorerView | undefined): string[] {
  const {labelledBy = []} = human ?? {};
  const named = labelledBy.map(({name, answers}) => `${name} (${countText(answers)})`);
  return named.length > 0 ? [`by ${joinedNames(named)}`] : [];
}

function intervalNote(interval: {low: number; high: number} | undefined, n: number): string {
  return interval
    ? `${points.interval(interval.low, interval.high)}, n ${countText(n)}`
    : `n ${countText(n)}`;
}

function beyondChance({low, high, n}: {low: number; high: number; n: number}): string {
  return `${low.toFixed(2)} to ${high.toFixed(2)}, n ${countText(n)}`;
}

/** What a reader should take away; without labels, that nothing is known. */
function sentence(
  {name}: ScorerView,
  agreement: Agreement | undefined,
  orders: OrderFigures | undefined
): string {
  if (!agreement)
    return `Nobody has labelled an answer that ${name} judged, so how far it can be trusted is not known.`;
  const {kappa, bias, n} = agreement;
  const chance = kappa
    ? kappa.low > 0
      ? `${name} agrees with people beyond chance`
      : `${name} is not shown to agree with people beyond chance`
    : `${name} was compared with people`;
  const leaning =
    bias === undefined
      ? ""
      : bias.low > 0
        ? ` and is more generous by ${points.difference(bias.estimate)} points (${points.differences(bias.low, bias.high)})`
        : bias.high < 0
          ? ` and is stricter by ${points.difference(-bias.estimate)} points (${points.differences(-bias.high, -bias.low)})`
          : ` and is neither shown to be more generous nor stricter than they are`;
  const order =
    orders && orders.flips > 0
      ? ` Its choice changes with the order in ${percentText(orders.flips / orders.n)} of comparisons.`
      : "";
  return `${chance} on ${pluralText(n, "answer")}${leaning}.${order}`;
}

function order(found: OrderFigures | undefined, queries: JudgeQueries): PageContent {
  if (!found)
    return html`<p>
      This judge rates one answer at a time, so there is no order. ${code("judgePairwise")} compares two
      answers in both orders.
    </p>`;
  const {n, sameWords, flips, interval, first, second, tie} = found;
  const notAsked =
    sameWords > 0
      ? html`<p>
          ${pluralText(sameWords, "answer")} ${sameWords === 1 ? "has" : "have"} the same words as the other
          one: a tie each, of which the judge was not asked.
        </p>`
      : null;
  if (n === 0) return notAsked;
  const [same, ifFirst, ifSecond, ifTie] = ORDERS;
  return [
    html`<p>
      With the two answers in both orders, it changed its choice for ${countText(flips)} of
      ${pluralText(n, "answer")}
      (${percentText(flips / n)}${interval ? `, ${points.interval(interval.low, interval.high)}` : ""}). Those
      count as ties.
    </p>`,
    notAsked,
    dataTable(
      [
        {what: same, times: n - flips},
        {what: ifFirst, times: first},
        {what: ifSecond, times: second},
        {what: ifTie, times: tie}
      ],
      [
        {name: "It chose", heading: true, value: ({what}) => what},
        {name: "Answers", numeric: true, value: ({times}) => countText(times)},
        {name: "Share", numeric: true, value: ({times}) => percentText(times / n)}
      ],
      {
        caption: "Choices in both orders",
        made: {
          what: "What the judge chose when the same two answers were shown in both orders.",
          n: pluralText(n, "answer"),
          term: "judge",
          sql: queries.order,
          run: queries.run
        }
      }
    )
  ];
}

function failures(
  {failures: reasons = []}: ScorerView,
  {answers, judged}: JudgeFigures,
  queries: JudgeQueries
): PageContent {
  return [
    html`<p>
      ${pluralText(answers - judged, "answer")} of the chosen rows ${answers - judged === 1 ? "has" : "have"}
      no score by this judge. They are left out, not counted as zeros.
    </p>`,
    dataTable(
      reasons,
      [
        {name: "Why, over the whole run", heading: true, value: ({reason}) => reason, wide: true},
        {name: "Times", numeric: true, value: (one) => countText(one.count)}
      ],
      {
        caption: "Why answers have no score by this judge",
        made: {
          what: "Why answers have no score by this judge, over the whole run.",
          n: pluralText(
            reasons.reduce((sum, one) => sum + one.count, 0),
            "answer"
          ),
          term: "judge",
          sql: queries.failures,
          run: queries.run
        }
      }
    )
  ];
}
