import * as Plot from "@observablehq/plot";
import {type CostedOption, HOSTING_NAMES} from "../../../base/costs/index.js";
import {chart, logTicks} from "../charts/chart.js";
import type {PageContent} from "../text/elements.js";
import {countText, dollars, dollarTick, type ScoreFormat} from "../text/format.js";
import type {Provenance} from "../notes/made.js";
import {figure} from "../charts/figure.js";
import {type NamedPoint, pointNames} from "../charts/pointNames.js";

/** Of more choices than this those on the frontier alone have names. */
const MOST_NAMED = 10;

type PricedOption = CostedOption & {usdPerThousand: number};

/** Cost against quality with both intervals; those on the frontier stand out and are joined. */
export function frontierPlot(
  table: readonly CostedOption[],
  {scorer, format, made}: {scorer: string; format: ScoreFormat; made: Provenance}
): PageContent {
  const shown = table.filter(
    (option): option is PricedOption =>
      option.usdPerThousand !== undefined && option.sample.quality !== undefined
  );
  if (shown.length === 0) return null;
  const frontier = shown
    .filter(({onFrontier}) => onFrontier)
    .sort((a, b) => a.usdPerThousand - b.usdPerThousand);
  // A logarithm has no zero: with something free among them the axis is linear.
  const log = shown.every(({usdPerThousand}) => usdPerThousand > 0) && ratio(shown) > 8;
  const quality = ({sample}: CostedOption) => format.scale(sample.quality!.mean);
  const color = ({onFrontier}: CostedOption) => (onFrontier ? "var(--accent)" : "var(--quiet)");
  const withBounds = shown.filter(({sample}) => sample.quality!.low !== undefined);
  const label = `${scorer}, ${format.unit}`;
  const point = (option: PricedOption): NamedPoint => {
    const {mean, low: least, high: most} = option.sample.quality!;
    const {usdPerThousand, low, high} = option;
    return {
      name: hostedName(option),
      x: usdPerThousand,
      y: format.scale(mean),
      across: low !== undefined && (!log || low > 0) ? [low, high!] : undefined,
      upright: least === undefined ? undefined : [format.scale(least), format.scale(most!)]
    };
  };
  const costs = shown.flatMap(({usdPerThousand, low = usdPerThousand, high = usdPerThousand}) =>
    [usdPerThousand, low, high].filter((usd) => !log || usd > 0)
  );
  const heightAt = (width: number) => (width < 560 ? 320 : 380);
  const draw = (width: number) => {
    const narrow = width < 560;
    const others = narrow || shown.length > MOST_NAMED ? [] : shown.filter(({onFrontier}) => !onFrontier);
    return chart({
      width,
      height: heightAt(width),
      marginLeft: 52,
      marginRight: narrow ? 16 : 40,
      marginTop: 26,
      marginBottom: 44,
      ariaLabel: `Cost and quality of ${shown.length} choices, ${frontier.length} of them on the frontier`,
      x: {
        type: log ? "log" : "linear",
        label: "US dollars per 1,000 requests →",
        labelAnchor: "center",
        labelArrow: "none",
        axis: log ? null : "bottom",
        tickFormat: dollarTick,
        ticks: narrow ? 3 : 6,
        nice: !log,
        insetLeft: 24,
        insetRight: 24
      },
      y: {label: `↑ ${label}`, labelArrow: "none", nice: true, inset: 10, ticks: 5},
      marks: [
        // The scale's own ticks label powers of ten alone.
        log
          ? Plot.axisX(logTicks(Math.min(...costs), Math.max(...costs), narrow ? 6 : 10), {
              text: dollars,
              labelAnchor: "center",
              labelArrow: "none"
            })
          : null,
        Plot.gridY({stroke: "var(--line)", strokeOpacity: 1, ticks: 5}),
        Plot.line(frontier, {
          x: "usdPerThousand",
          y: quality,
          curve: "step-after",
          stroke: "var(--accent)",
          strokeDasharray: "3,3"
        }),
        Plot.ruleX(withBounds, {
          x: "usdPerThousand",
          y1: ({sample}: PricedOption) => format.scale(sample.quality!.low!),
          y2: ({sample}: PricedOption) => format.scale(sample.quality!.high!),
          stroke: color,
          strokeWidth: 4,
          strokeOpacity: 0.35,
          strokeLinecap: "round"
        }),
        Plot.ruleY(
          shown.filter(({low}) => low !== undefined && (!log || low > 0)),
          {
            y: quality,
            x1: "low",
            x2: "high",
            stroke: color,
            strokeWidth: 4,
            strokeOpacity: 0.35,
            strokeLinecap: "round"
          }
        ),
        Plot.dot(shown, {
          x: "usdPerThousand",
          y: quality,
          r: 5,
          fill: color,
          stroke: "var(--surface)",
          strokeWidth: 1.5
        }),
        pointNames({points: shown.map(point), named: [...frontier, ...others].map(point)})
      ],
      values: {
        of: shown,
        x: ({usdPerThousand}) => usdPerThousand,
        y: (one) => quality(one),
        text: (one) => optionText(one, format)
      }
    });
  };
  return figure(draw, {height: heightAt, made});
}

function optionText(one: PricedOption, format: ScoreFormat): string {
  const {sample, hosting, usdPerThousand, low, high, onFrontier} = one;
  const {mean, low: least, high: most} = sample.quality!;
  const cost = low === undefined ? "" : ` (${dollars(low)} to ${dollars(high)})`;
  return [
    hosting ? `${sample.name}, ${HOSTING_NAMES[hosting.kind]}` : sample.name,
    `${format.score(mean)} (${format.interval(least, most)}, 95% interval)`,
    `${dollars(usdPerThousand)}${cost} per 1,000 requests`,
    `n ${countText(sample.rows)}${sample.estimatedBy ? ", tokens estimated" : ""}${onFrontier ? ", on the frontier" : ""}`
  ].join("\n");
}

function hostedName({sample, hosting}: PricedOption): string {
  return sample.hostings.length > 1 ? `${sample.name}, ${HOSTING_NAMES[hosting!.kind]}` : sample.name;
}

function ratio(shown: readonly PricedOption[]): number {
  const all = shown.map(({usdPerThousand}) => usdPerThousand);
  return Math.max(...all) / Math.min(...all);
}
