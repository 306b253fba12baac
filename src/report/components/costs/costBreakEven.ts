import {html} from "htl";
import {type CostedOption, hostingName, type OptionBreakEven} from "../../../base/costs/index.js";
import {dataTable} from "../tables/dataTable.js";
import type {Content} from "../text/elements.js";
import {count, share} from "../text/format.js";
import type {Made} from "../notes/made.js";

type Found = OptionBreakEven & {found: NonNullable<OptionBreakEven["found"]>};

/** The volumes at which the cheaper of two choices changes, the lowest first. */
export function breakEvenTable(all: readonly OptionBreakEven[], made: Made): Content {
  const found = all
    .filter((one): one is Found => one.found !== undefined)
    .sort((x, y) => x.found.requestsPerMonth - y.found.requestsPerMonth);
  if (found.length === 0)
    return html`<p>
      No two choices on the frontier, and no two hostings of one candidate, cost the same at any volume up to
      1,000,000,000 requests a month that both can serve.
    </p>`;
  return dataTable(
    found,
    [
      {
        name: "Cheaper above",
        heading: true,
        value: ({a, b, found: {cheaperAbove}}) => named(cheaperAbove === "a" ? a : b)
      },
      {name: "Cheaper below", value: ({a, b, found: {cheaperAbove}}) => named(cheaperAbove === "a" ? b : a)},
      {
        name: "Break-even, requests a month",
        numeric: true,
        value: ({found: {requestsPerMonth, all: crossings}}) => [
          count(Math.round(requestsPerMonth)),
          crossings.length > 1 ? html`<small>the first of ${crossings.length}</small>` : null
        ]
      },
      {
        name: "95% interval",
        numeric: true,
        value: ({found: {low, high}}) =>
          low === undefined ? "–" : `${count(Math.round(low))} to ${count(Math.round(high!))}`
      },
      {name: "Resamples with it", numeric: true, value: ({found}) => share(found.share)}
    ],
    {caption: "Break-even volumes, the lowest first", made}
  );
}

function named({sample, hosting}: CostedOption): Content {
  return html`<span>${sample.name}<small>${hostingName(hosting!)}</small></span>`;
}
