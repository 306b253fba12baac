import {html} from "htl";
import {type CostedOption, daysOld, hostingName, isOldPrice, OLD_PRICE_DAYS} from "../costs/index.js";
import type {CostsData, PriceNote} from "../site/costTypes.js";
import {dataTable} from "./dataTable.js";
import {badge, type Content} from "./elements.js";
import {count, dollars, plural} from "./format.js";

/** Every assumption and price that the figures rest on, with its source, and how the tokens were counted. */
export function costAssumptions(data: CostsData, table: readonly CostedOption[]): Content {
  const today = new Date().toISOString();
  return [
    dataTable(
      table,
      [
        {name: "Candidate", heading: true, value: ({sample}) => sample.name},
        {
          name: "Hosting",
          value: ({hosting}) =>
            hosting && html`<span>${hostingName(hosting)}<small>${sourceOf(hosting)}</small></span>`
        },
        {name: "Assumptions", wide: true, value: ({hosting, sample}) => statedText(hosting, sample.wayThere)},
        {
          name: "Not stated",
          wide: true,
          value: ({unknown}) => (unknown.length > 0 ? unknown.join(", ") : "–")
        },
        {
          name: "Tokens a request",
          numeric: true,
          value: ({sample: {tokens, rows, countedRows, estimatedBy}}) => [
            tokens.promptTokens === undefined
              ? "unknown"
              : `${count(Math.round(tokens.promptTokens))} + ${count(Math.round(tokens.completionTokens ?? 0))}`,
            estimatedBy ? html`<small>estimated: ${estimatedBy}</small>` : null,
            countedRows < rows ? html`<small>${count(countedRows)} of ${plural(rows, "row")}</small>` : null
          ]
        }
      ],
      {caption: "Assumptions of every hosting"}
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
            {name: "Input, per million", numeric: true, value: (one) => dollars(one.inputUsdPerMillion)},
            {name: "Cached", numeric: true, value: (one) => dollars(one.cachedInputUsdPerMillion)},
            {name: "Output", numeric: true, value: (one) => dollars(one.outputUsdPerMillion)},
            {name: "As of", value: (one) => asOf(one, today)},
            {name: "Source", wide: true, value: ({source}) => source}
          ],
          {caption: "Prices of tokens"}
        )
  ];
}

function asOf(price: PriceNote, today: string): Content {
  return [
    price.asOf,
    isOldPrice(price.asOf, today)
      ? [" ", badge(`${daysOld(price.asOf, today)} days old, more than ${OLD_PRICE_DAYS}`, "open")]
      : null
  ];
}

function sourceOf({source, asOf: day}: {source?: string; asOf?: string}): string {
  return [source ?? "no source stated", day].filter((one) => one !== undefined).join(", ");
}

/** "usdPerHour 2, utilisation 0.5"; the price of tokens stands in a table of its own. */
function statedText(hosting: CostedOption["hosting"], way: CostedOption["sample"]["wayThere"]): string {
  const numbers = (of: object | undefined) =>
    Object.entries(of ?? {}).flatMap(([name, value]) =>
      typeof value === "number" ? [`${name} ${Number(value.toPrecision(6))}`] : []
    );
  const stated = numbers(hosting);
  const there = way && way.kind !== "nothing" ? [`way there: ${[way.kind, ...numbers(way)].join(" ")}`] : [];
  return [...stated, ...there].join(", ") || "–";
}
