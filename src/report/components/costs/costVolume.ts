import * as Plot from "@observablehq/plot";
import {html} from "htl";
import {
  type CostedOption,
  costOption,
  type CostSettings,
  hostingName,
  monthlyUsd,
  optionLine
} from "../../../base/costs/index.js";
import {chart} from "../charts/chart.js";
import type {PageContent} from "../text/elements.js";
import {countText, dollars, pluralText} from "../text/format.js";
import type {Provenance} from "../notes/made.js";
import {figure} from "../charts/figure.js";
import {textWidth} from "../text/textWidth.js";

const COLOURS = [
  "var(--accent)",
  "var(--even)",
  "var(--worse)",
  "var(--open)",
  "var(--good)",
  "var(--quiet)"
];
const DASHES: Record<string, string | undefined> = {
  api: undefined,
  edge: "2,3",
  "on-prem": "8,3",
  cloud: "5,2,1,2"
};
const [LOW, HIGH] = [100, 1e8];
const POINTS = 240;
/** Room for a tick's mark and its distances, in pixels. */
const TICK = 16;

const tick = (usd: number) => (usd >= 1 ? `$${countText(usd)}` : dollars(usd));

interface VolumePoint {
  option: CostedOption;
  requests: number;
  usd: number;
}

/** What the options that matter cost a month as the volume grows; both axes are logarithmic. */
export function volumePlot(
  known: readonly CostedOption[],
  settings: CostSettings,
  made: Provenance
): PageContent {
  const shown = drawn(known);
  const colour = (option: CostedOption) => COLOURS[shown.indexOf(option) % COLOURS.length]!;
  const lines = shown.map((option) => pointsOf(option, settings)).filter((line) => line.length > 1);
  if (lines.length === 0) return null;
  const most = Math.max(...lines.flat().map(({usd}) => usd));
  const heightAt = (width: number) => (width < 560 ? 320 : 400);
  const draw = (width: number) =>
    chart({
      width,
      height: heightAt(width),
      marginLeft: Math.ceil(textWidth(tick(10 ** Math.floor(Math.log10(most))))) + TICK,
      marginRight: 16,
      marginTop: 26,
      marginBottom: 44,
      ariaLabel: `Monthly cost against volume of ${pluralText(lines.length, "choice")}`,
      x: {
        type: "log",
        domain: [LOW, HIGH],
        label: "Requests a month →",
        labelAnchor: "center",
        labelArrow: "none",
        tickFormat: "~s",
        ticks: width < 560 ? 4 : 6
      },
      y: {
        type: "log",
        label: "↑ US dollars a month",
        labelArrow: "none",
        tickFormat: tick,
        ticks: 5
      },
      marks: [
        Plot.gridY({stroke: "var(--line)", strokeOpacity: 1, ticks: 5}),
        Plot.ruleX([settings.requestsPerMonth], {stroke: "var(--strong-line)", strokeDasharray: "3,3"}),
        ...lines.map((line) =>
          Plot.line(line, {
            x: "requests",
            y: "usd",
            stroke: colour(line[0]!.option),
            strokeWidth: 2.25,
            strokeDasharray: DASHES[line[0]!.option.hosting!.kind]
          })
        )
      ],
      values: {
        of: lines.flatMap((line) => line.filter((_point, i) => i % (POINTS / 6) === 0)),
        x: ({requests}) => requests,
        y: ({usd}) => usd,
        text: ({option, requests, usd}) =>
          `${option.sample.name}, ${hostingName(option.hosting!)}\n${dollars(usd)} a month for ${countText(Math.round(requests))} requests\ntokens of ${pluralText(option.sample.countedRows, "row")}`
      }
    });
  const legend = html`<ul class="cost-legend small">
    ${lines.map(
      ([first]) =>
        html`<li>
          <svg width="34" height="10" aria-hidden="true">
            <line
              x1="1"
              x2="33"
              y1="5"
              y2="5"
              stroke-width="2.25"
              stroke=${colour(first!.option)}
              stroke-dasharray=${DASHES[first!.option.hosting!.kind] ?? "none"}
            ></line>
          </svg>
          ${first!.option.sample.name}, ${hostingName(first!.option.hosting!)}
        </li>`
    )}
  </ul>`;
  const left = known.length - lines.length;
  return [
    figure(draw, {height: heightAt, made}),
    legend,
    left > 0
      ? html`<p class="small">
          The lines are the frontier, the best candidate and their other hostings;
          ${pluralText(left, "more choice")} ${left === 1 ? "is" : "are"} in the table. The dashed upright
          line stands at ${countText(settings.requestsPerMonth)} requests.
        </p>`
      : null
  ];
}

/** The frontier, the best candidate, and all hostings of these. */
function drawn(known: readonly CostedOption[]): CostedOption[] {
  const names = new Set(
    known.filter(({onFrontier, sample}) => onFrontier || sample.best).map(({sample}) => sample.name)
  );
  return known.filter(({sample}) => names.has(sample.name)).slice(0, 12);
}

function pointsOf(option: CostedOption, settings: CostSettings): VolumePoint[] {
  const line = optionLine(costOption(option.sample, option.hosting!, settings));
  if (!line) return [];
  return Array.from({length: POINTS + 1}, (_, i) => LOW * (HIGH / LOW) ** (i / POINTS)).flatMap(
    (requests) => {
      const usd = monthlyUsd(line, requests);
      return usd === undefined || usd <= 0 ? [] : [{option, requests, usd}];
    }
  );
}
