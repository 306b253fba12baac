import {group} from "d3";
import {html} from "htl";
import {
  type CostedOption,
  daysOld,
  failedRowsText,
  hostingName,
  isOldPrice,
  needWords,
  OLD_PRICE_DAYS
} from "../../../base/costs/index.js";
import type {CostsData, PriceNote} from "../../site/costTypes.js";
import {dataTable} from "../tables/dataTable.js";
import {badge, type PageContent} from "../text/elements.js";
import {countText, dollars, joinedNames, pluralText} from "../text/format.js";
import {costsQuery, pricesQuery} from "../runs/runQueries.js";
import {statedWords} from "./statedWords.js";

/** Every assumption and price that the figures rest on, with its source, and how the tokens were counted. */
export function costAssumptions(data: CostsData, table: readonly CostedOption[]): PageContent {
  const today = new Date().toISOString();
  return [
    dataTable(
      groupedAlike(table),
      [
        {name: "Candidates", heading: true, wide: true, value: ({names}) => joinedNames(names)},
        {
          name: "Hosting",
          value: ({option: {hosting}}) =>
            hosting && html`<span>${hostingName(hosting)}<small>${sourceOf(hosting)}</small></span>`
        },
        {name: "Assumptions", wide: true, value: ({option}) => statedText(option)},
        {name: "Not known", wide: true, value: ({option}) => option.unknown.map(needWords).join(", ") || "–"},
        {
          name: "Tokens a request",
          numeric: true,
          value: ({option: {sample}}) => [
            tokensText(sample),
            sample.estimatedBy ? html`<small>estimated: ${sample.estimatedBy}</small>` : null,
            sample.countedRows < sample.rows
              ? html`<small>${countText(sample.countedRows)} of ${pluralText(sample.rows, "row")}</small>`
              : null,
            lackingNote(sample)
          ]
        }
      ],
      {
        caption: "Assumptions of every hosting",
        cards: true,
        made: {
          what: "What is stated of every hosting, and the mean tokens of a request.",
          n: pluralText(data.rows, "row"),
          term: "cost",
          sql: costsQuery(data.run),
          run: data.run
        }
      }
    ),
    data.prices.length === 0
      ? html`<p class="small">No candidate has a price for tokens.</p>`
      : dataTable(
          data.prices,
          [
            {
              name: "Candidate",
              heading: true,
              value: ({candidate, model}) => html`<span>${candidate}<small>${model}</small></span>`
            },
            {name: "Input, per million", numeric: true, value: priceAmount("inputUsdPerMillion")},
            {name: "Cached", numeric: true, value: priceAmount("cachedInputUsdPerMillion")},
            {name: "Output", numeric: true, value: priceAmount("outputUsdPerMillion")},
            {name: "As of", value: (one) => asOf(one, today)},
            ...(data.prices.some(({shutdownDate}) => shutdownDate)
              ? [{name: "Model ends", value: ({shutdownDate}: PriceNote) => shutdownDate ?? "–"}]
              : []),
            {name: "Source", wide: true, value: ({source}) => source}
          ],
          {
            caption: "Prices of tokens",
            cards: true,
            made: {
              what: "The price of tokens that each candidate is billed with.",
              n: pluralText(data.prices.length, "price"),
              term: "cost",
              sql: pricesQuery(data.run),
              run: data.run
            }
          }
        )
  ];
}

function lackingNote(sample: CostedOption["sample"]): PageContent {
  const text = failedRowsText(sample);
  return text === undefined ? null : html`<small>${text}</small>`;
}

function asOf(price: PriceNote, today: string): PageContent {
  return [
    price.asOf,
    isOldPrice(price.asOf, today)
      ? [" ", badge(`${daysOld(price.asOf, today)} days old, more than ${OLD_PRICE_DAYS}`, "open")]
      : null
  ];
}

type Amount = "inputUsdPerMillion" | "cachedInputUsdPerMillion" | "outputUsdPerMillion";

/** The amount, and below it those for longer prompts. */
function priceAmount(name: Amount): (price: PriceNote) => PageContent {
  return ({tiers = [], ...price}) => [
    dollars(price[name]),
    ...tiers.flatMap(({abovePromptTokens, [name]: tier}) =>
      tier === undefined
        ? []
        : html`<small>${dollars(tier)} above ${countText(abovePromptTokens)} prompt tokens</small>`
    )
  ];
}

/** What an API costs stands with its own source among the prices. */
function sourceOf(hosting: NonNullable<CostedOption["hosting"]>): string {
  const {source, asOf: day} = hosting;
  if (hosting.kind === "unknown") return "each answer came with its cost";
  if (source === undefined && hosting.kind === "api" && hosting.price) return "price below";
  return [source ?? "no source stated", day].filter((one) => one !== undefined).join(", ");
}

interface Alike {
  names: string[];
  option: CostedOption;
}

/** Candidates with the same hosting, assumptions and tokens share a line. */
function groupedAlike(table: readonly CostedOption[]): Alike[] {
  const same = ({hosting, unknown, sample}: CostedOption) =>
    JSON.stringify([
      hosting,
      unknown,
      sample.wayThere,
      tokensText(sample),
      sample.estimatedBy,
      sample.countedRows,
      failedRowsText({...sample, name: ""})
    ]);
  return [...group(table, same).values()].map((options) => ({
    names: options.map(({sample}) => sample.name),
    option: options[0]!
  }));
}

function tokensText({tokens: {promptTokens, completionTokens}}: CostedOption["sample"]): string {
  return promptTokens === undefined
    ? "unknown"
    : `${countText(Math.round(promptTokens))} + ${countText(Math.round(completionTokens ?? 0))}`;
}

/** Token prices have a table of their own. */
function statedText({hosting, sample: {wayThere: way}}: CostedOption): string {
  const numbers = (of: object | undefined) =>
    Object.entries(of ?? {}).flatMap(([name, value]) =>
      typeof value === "number" ? [statedWords(name, value)] : []
    );
  const there = way && way.kind !== "nothing" ? [`way there: ${[way.kind, ...numbers(way)].join(" ")}`] : [];
  return [...numbers(hosting), ...there].join(", ") || "–";
}
