import {html} from "htl";
import {type CostedOption, hostingName, type OptionBreakEven} from "../../../base/costs/index.js";
import {dataTable} from "../tables/dataTable.js";
import type {PageContent} from "../text/elements.js";
import {aboutText, percentText} from "../text/format.js";
import type {Provenance} from "../notes/made.js";

type ReachedBreakEven = OptionBreakEven & {found: NonNullable<OptionBreakEven["found"]>};

/** The volumes at which the cheaper of two choices changes, the lowest first. */
export function breakEvenTable(all: readonly OptionBreakEven[], made: Provenance): PageContent {
  const found = all
    .filter((one): one is ReachedBreakEven => one.found !== undefined)
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
        value: ({a, b, found: {cheaperAbove}}) => optionLabel(cheaperAbove === "a" ? a : b)
      },
      {
        name: "Cheaper below",
        value: ({a, b, found: {cheaperAbove}}) => optionLabel(cheaperAbove === "a" ? b : a)
      },
      {
        name: "Break-even, requests a month",
        numeric: true,
        value: ({found: {requestsPerMonth, all: crossings}}) => [
          aboutText(requestsPerMonth),
          crossings.length > 1 ? html`<small>the first of ${crossings.length}</small>` : null
        ]
      },
      {
        name: "95% interval",
        numeric: true,
        value: ({found: {low, high}}) => (low === undefined ? "–" : `${aboutText(low)} to ${aboutText(high)}`)
      },
      {name: "Resamples with it", numeric: true, value: ({found}) => percentText(found.share)}
    ],
    {caption: "Break-even volumes, the lowest first", made}
  );
}

function optionLabel({sample, hosting}: CostedOption): PageContent {
  return html`<span>${sample.name}<small>${hostingName(hosting!)}</small></span>`;
}
