import * as Plot from "@observablehq/plot";
import {type CostedOption, HOSTING_NAMES} from "../costs/index.js";
import {group} from "d3";
import {chart} from "./chart.js";
import type {Content} from "./elements.js";
import {count, dollars, type ScoreFormat} from "./format.js";
import type {Made} from "./made.js";
import {labelPlaces} from "./labelPlaces.js";
import {figure} from "./figure.js";

/** Half the width of an interval's bar, in pixels. */
const BAR = 2;

type Known = CostedOption & {usdPerThousand: number};

/** Cost against quality with both intervals; those on the frontier stand out and are joined. */
export function frontierPlot(
  table: readonly CostedOption[],
  {scorer, format, made}: {scorer: string; format: ScoreFormat; made: Made}
): Content {
  const shown = table.filter(
    (option): option is Known => option.usdPerThousand !== undefined && option.sample.quality !== undefined
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
  const place = (usd: number) => (log ? Math.log(usd) : usd);
  const ends = extent(shown.map(({usdPerThousand}) => place(usdPerThousand)));
  const levels = extent(
    shown.flatMap(({sample}) => {
      const {mean, low = mean, high = mean} = sample.quality!;
      return [low, high];
    })
  );
  // A name beside a point on the right would leave the picture.
  const sideOf = ({usdPerThousand}: Known) =>
    shown.length > 1 && shareOf(place(usdPerThousand), ends) > 2 / 3 ? "left" : "right";
  /** Where names stand, by about where the points will be drawn. */
  const placed = (named: readonly Known[], width: number): PlacedName[] => {
    const across = (usd: number) => (width - 140) * shareOf(place(usd), ends);
    const down = (level: number) => (heightAt(width) - 90) * (1 - shareOf(level, levels));
    const places = labelPlaces(
      named.map((option) => ({
        x: across(option.usdPerThousand),
        y: down(option.sample.quality!.mean),
        text: nameOf(option),
        side: sideOf(option)
      })),
      shown.flatMap(({usdPerThousand, low, high, sample}) => {
        const {mean, low: least = mean, high: most = mean} = sample.quality!;
        const [x, y] = [across(usdPerThousand), down(mean)];
        const bars = [{left: x - BAR, right: x + BAR, top: down(most), bottom: down(least)}];
        if (low !== undefined && (!log || low > 0))
          bars.push({left: across(low), right: across(high!), top: y - BAR, bottom: y + BAR});
        return bars;
      })
    );
    return named.map((option, i) => ({option, side: sideOf(option), dy: places[i]!}));
  };
  const heightAt = (width: number) => (width < 560 ? 320 : 380);
  const draw = (width: number) => {
    const named = width < 560 || shown.length > 10 ? frontier : shown;
    return chart({
      width,
      height: heightAt(width),
      marginLeft: 52,
      marginRight: width < 560 ? 16 : 40,
      marginTop: 26,
      marginBottom: 44,
      ariaLabel: `Cost and quality of ${shown.length} choices, ${frontier.length} of them on the frontier`,
      x: {
        type: log ? "log" : "linear",
        label: "US dollars per 1,000 requests →",
        labelAnchor: "center",
        labelArrow: "none",
        tickFormat: (value: number) => dollars(value),
        ticks: width < 560 ? 3 : 6,
        nice: !log,
        insetLeft: 24,
        insetRight: 24
      },
      y: {label: `↑ ${label}`, labelArrow: "none", nice: true, inset: 10},
      marks: [
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
          y1: ({sample}: Known) => format.scale(sample.quality!.low!),
          y2: ({sample}: Known) => format.scale(sample.quality!.high!),
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
        alike(placed(named, width)).map(({options, side, dy}) =>
          Plot.text(options, {
            x: "usdPerThousand",
            y: quality,
            dx: side === "right" ? 8 : -8,
            dy,
            textAnchor: side === "right" ? "start" : "end",
            text: nameOf,
            fill: "currentColor",
            stroke: "var(--surface)",
            strokeWidth: 4
          })
        )
      ],
      values: {
        of: shown,
        x: ({usdPerThousand}) => usdPerThousand,
        y: (one) => quality(one),
        text: (one) => textOf(one, format)
      }
    });
  };
  return figure(draw, {height: heightAt, made});
}

function textOf(one: Known, format: ScoreFormat): string {
  const {sample, hosting, usdPerThousand, low, high, onFrontier} = one;
  const {mean, low: least, high: most} = sample.quality!;
  const cost = low === undefined ? "" : ` (${dollars(low)} to ${dollars(high)})`;
  return [
    hosting ? `${sample.name}, ${HOSTING_NAMES[hosting.kind]}` : sample.name,
    `${format.score(mean)} (${format.interval(least, most)}, 95% interval)`,
    `${dollars(usdPerThousand)}${cost} per 1,000 requests`,
    `n ${count(sample.rows)}${sample.estimatedBy ? ", tokens estimated" : ""}${onFrontier ? ", on the frontier" : ""}`
  ].join("\n");
}

interface PlacedName {
  option: Known;
  side: "left" | "right";
  dy: number;
}

/** Names of one side and height together: a mark has one of each. */
function alike(names: readonly PlacedName[]) {
  return [...group(names, ({side, dy}) => `${side} ${dy}`).values()].map((own) => ({
    options: own.map(({option}) => option),
    side: own[0]!.side,
    dy: own[0]!.dy
  }));
}

function extent(values: readonly number[]): [low: number, high: number] {
  return [Math.min(...values), Math.max(...values)];
}

function shareOf(value: number, [low, high]: [low: number, high: number]): number {
  return high > low ? (value - low) / (high - low) : 0.5;
}

function nameOf({sample, hosting}: Known): string {
  return sample.hostings.length > 1 ? `${sample.name}, ${HOSTING_NAMES[hosting!.kind]}` : sample.name;
}

function ratio(shown: readonly Known[]): number {
  const all = shown.map(({usdPerThousand}) => usdPerThousand);
  return Math.max(...all) / Math.min(...all);
}
