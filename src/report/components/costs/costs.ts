import {html} from "htl";
import {scoreName} from "../../../evals/decisions/scoreScale.js";
import {
  adjusted,
  breakEvens,
  choiceText,
  comparedQuality,
  type CostedOption,
  costTable,
  hostingName,
  isBilled,
  needAdvice,
  needWords,
  optionLeaves,
  sharedRowsText
} from "../../../base/costs/index.js";
import type {Verdict} from "../../../evals/decisions/types.js";
import type {CostsData, PageCosts} from "../../site/costTypes.js";
import type {ChosenCosts} from "./chooseCosts.js";
import {cascades} from "./costCascades.js";
import {costAssumptions} from "./costAssumptions.js";
import {costBeside} from "./costBeside.js";
import {breakEvenTable} from "./costBreakEven.js";
import {frontierPlot} from "./costFrontier.js";
import {volumePlot} from "./costVolume.js";
import {dataTable} from "../tables/dataTable.js";
import {
  badge,
  code,
  type PageContent,
  emptyState,
  furtherSection,
  nothing,
  section
} from "../text/elements.js";
import {
  countText,
  dollars,
  pluralText,
  type ScoreFormat,
  scoreFormatOf,
  percentText,
  withUnit
} from "../text/format.js";
import type {Provenance} from "../notes/made.js";
import {costsQuery} from "../runs/runQueries.js";

/** That the project's price list could not be read or does not tell which of its prices holds, and what to do. */
function listProblem({priceProblem, undecided}: PageCosts): PageContent {
  const left = priceProblem === undefined ? [] : [`The project's price list was left out: ${priceProblem}`];
  return [...left, ...undecided.map((reason) => `A cost is not known: ${reason}`)].map(
    (text) => html`<p class="aside">${text}</p>`
  );
}

/** Frontier, monthly cost against volume, break-even and assumptions of a run; nobody is chosen where its verdict advises nobody. */
export function costs(
  data: PageCosts | null,
  settings: ChosenCosts | null,
  verdict?: Pick<Verdict, "held" | "action"> | null
): Node {
  if (!data || !settings) return nothing();
  const table = costTable(adjusted(data.samples, settings), settings);
  const known = table.filter(({unknown}) => unknown.length === 0);
  const format = scoreFormatOf(data);
  const volume = `${countText(settings.requestsPerMonth)} requests a month`;
  const made = (what: string, engine: string): Provenance => ({
    what,
    n: `the tokens and scores of ${pluralText(data.rows, "row")}`,
    term: "cost",
    sql: costsQuery(data.run),
    engine: `${engine} at the volume and prices set above`,
    run: data.run
  });
  if (known.length === 0)
    return html`<div>
      ${[
        listProblem(data),
        emptyState(
          "What these candidates cost is not known.",
          [
            "State a price on the endpoint, a hosting model on the candidate, or put prices into ",
            code("prices/"),
            " (",
            code("npx assay prices import FILE"),
            "). What is not stated is unknown, not free."
          ],
          ["Missing: ", missingOf(table), ".", adviceOn(table, data)]
        ),
        section("What is known of where they run", costAssumptions(data, table)),
        costBeside(data)
      ]}
    </div>`;
  return html`<div>
    ${[
      listProblem(data),
      section(
        `At ${volume}`,
        html`<p>${choiceSentence(data, table, {format, verdict})}</p>`,
        frontierPlot(table.map(onSharedRows), {
          scorer: scoreName(data.scorer, data.figure),
          format,
          made: {
            ...made(
              `Cost per 1,000 requests against the ${data.figure ?? "mean score"}, both with their intervals.`,
              "costTable of assay/costs makes the costs and their intervals"
            ),
            term: "frontier"
          }
        })
      ),
      furtherSection(
        "Every choice, the cheapest first",
        dataTable([...table].sort(byCost), costColumns(data, format), {
          caption: `Costs at ${volume}, the cheapest first`,
          highlight: ({onFrontier}) => onFrontier,
          cards: true,
          made: made("What every choice costs.", "costTable of assay/costs makes the costs")
        }),
        html`<p class="small">
          Intervals of cost come from ${basisOf(known)} of ${pluralText(data.rows, "row")} and say nothing of
          the assumptions. A candidate is on the frontier when no other is both cheaper and no worse; the
          percentage says in how many resamples of the rows that holds.
          ${data.comparedRows === undefined ? null : sharedRowsText(data.comparedRows)}
          ${adviceOn(table, data)}
        </p>`
      ),
      furtherSection(
        "Monthly cost against volume",
        volumePlot(
          known,
          settings,
          made(
            "What every choice costs a month as the volume grows.",
            "monthlyUsd of assay/costs makes the lines"
          )
        ),
        breakEvenTable(breakEvens(table, settings), {
          ...made(
            "The volumes at which the cheaper of two choices changes.",
            "breakEvens of assay/costs finds them and their intervals"
          ),
          term: "break-even"
        })
      ),
      furtherSection("A cheaper model first", cascades(data, format)),
      furtherSection("Assumptions and prices", costAssumptions(data, table)),
      costBeside(data)
    ]}
  </div>`;
}

function choiceSentence(
  data: CostsData,
  table: readonly CostedOption[],
  {format, verdict}: {format: ScoreFormat; verdict?: Pick<Verdict, "held" | "action"> | null}
): PageContent {
  if (verdict?.held) return `Nobody is chosen by cost: ${verdict.action}`;
  const margin = withUnit(format.difference(data.margin).replace("+", ""), format);
  return choiceText(table, {margin, usd: dollars});
}

/** With the score that the frontier goes by. */
function onSharedRows(option: CostedOption): CostedOption {
  return {...option, sample: {...option.sample, quality: comparedQuality(option.sample)}};
}

/** What intervals of cost come from. */
function basisOf(known: readonly CostedOption[]): string {
  const isTold = known.map(({sample}) => isBilled(sample));
  if (isTold.every(Boolean)) return "what the answers cost";
  return isTold.some(Boolean) ? "the token counts, or what the answers cost," : "the token counts";
}

function costColumns({scorer, comparedRows}: CostsData, format: ScoreFormat) {
  return [
    {
      name: "Candidate",
      heading: true,
      value: ({sample, hosting}: CostedOption) =>
        html`<span>${sample.name}<small>${hosting ? hostingName(hosting) : "no price stated"}</small></span>`
    },
    {
      name: scorer,
      numeric: true,
      value: ({sample: {quality, compared}}: CostedOption) => [
        format.score(quality?.mean),
        quality?.low === undefined
          ? null
          : html`<small>${format.interval(quality.low, quality.high)}</small>`,
        compared?.mean === undefined
          ? null
          : html`<small>${format.score(compared.mean)} on the ${countText(comparedRows)} shared rows</small>`
      ]
    },
    {
      name: "Per 1,000 requests",
      numeric: true,
      value: ({usdPerThousand, low, high, sample: {estimatedBy}}: CostedOption) => [
        dollars(usdPerThousand),
        usdPerThousand === undefined || estimatedBy === undefined
          ? null
          : html`<small>tokens estimated</small>`,
        low === undefined || dollars(low) === dollars(high)
          ? null
          : html`<small>${dollars(low)} to ${dollars(high)}</small>`
      ]
    },
    {
      name: "Per million tokens",
      numeric: true,
      value: ({usdPerMillionTokens}: CostedOption) => dollars(usdPerMillionTokens)
    },
    {
      name: "A month",
      numeric: true,
      value: ({usdPerMonth, monthly, unknown}: CostedOption) =>
        monthly.aboveCapacity
          ? badge("above capacity", "bad")
          : usdPerMonth === undefined
            ? html`<span>unknown<small>missing: ${unknown.map(needWords).join(", ")}</small></span>`
            : dollars(usdPerMonth)
    },
    {
      name: "Machines",
      numeric: true,
      value: ({monthly: {units, capacityPerMonth}}: CostedOption) => [
        countText(units),
        capacityPerMonth === undefined ? null : html`<small>up to ${countText(capacityPerMonth)}</small>`
      ]
    },
    {
      name: "On the frontier",
      numeric: true,
      value: ({frontierShare}: CostedOption) => percentText(frontierShare)
    },
    {
      name: "Data sent to others",
      wide: true,
      value: (option: CostedOption) => optionLeaves(option) ?? "–"
    }
  ];
}

/** What to do about what is missing, with its commands. */
function adviceOn(table: readonly CostedOption[], {eval: name, imported}: PageCosts): PageContent[] {
  const advice = needAdvice(
    table.flatMap(({unknown}) => unknown),
    imported ? undefined : name
  );
  return advice.flatMap((sentence) => [
    " ",
    ...sentence.split("`").map((part, i) => (i % 2 ? code(part) : part))
  ]);
}

function missingOf(table: readonly CostedOption[]): string {
  return [...new Set(table.flatMap(({unknown}) => unknown))].map(needWords).join(", ");
}

function byCost(a: CostedOption, b: CostedOption): number {
  return (
    (a.usdPerMonth ?? Infinity) - (b.usdPerMonth ?? Infinity) ||
    (b.sample.quality?.mean ?? -Infinity) - (a.sample.quality?.mean ?? -Infinity)
  );
}
