import * as Plot from "@observablehq/plot";
import {html} from "htl";
import type {CascadeView, PageCosts} from "../../site/costTypes.js";
import {chart} from "../charts/chart.js";
import {dataTable} from "../tables/dataTable.js";
import {code, type PageContent} from "../text/elements.js";
import {
  countText,
  dollars,
  dollarTick,
  pluralText,
  type ScoreFormat,
  percentText,
  withUnit
} from "../text/format.js";
import type {Provenance} from "../notes/made.js";
import {quotedText} from "../text/sqlText.js";
import {figure} from "../charts/figure.js";
import {pointNames} from "../charts/pointNames.js";

/** What makes a candidate sure of its answer. */
export const SIGNALS: Record<CascadeView["signal"], string> = {
  logprobs: "token probabilities",
  agreement: "agreement of its answers",
  length: "shortness of the answer"
};

function sureBy({signal, repeats}: CascadeView): string {
  return `sure by ${SIGNALS[signal]}${repeats === undefined ? "" : `, ${repeats} a row`}`;
}

/** Cheaper candidates asked first, the best one when they are not sure: what that costs and scores, simulated from recorded answers. */
export function cascades(data: PageCosts, format: ScoreFormat): PageContent {
  const {run, cascades: all, margin, scorer} = data;
  if (all.length === 0) return noCascades(data);
  const {confidence} = all[0]!;
  const made: Provenance = {
    what: `Cost and mean ${scorer} when a cheaper model answers first and ${all[0]!.strong} the rest.`,
    n: `${pluralText(all[0]!.calibrationRows, "row")} that chose the threshold and ${pluralText(all[0]!.report.rows, "row")} that say what it comes to`,
    term: "cascade",
    sql: `select cheap, strong, passed_on, usd_per_thousand, mean
from cascades
where run = ${quotedText(run)}
order by cheap, passed_on desc`,
    engine: "chooseThresholds of assay/costs simulated them when the site was built",
    run
  };
  const allowed = withUnit(format.difference(margin).replace("+", ""), format);
  return [
    html`<p>
      The cheaper model answers when it is sure enough, ${all[0]!.strong} answers the rest. On half of the
      rows the threshold is chosen so that the mean ${scorer} falls by at most ${allowed} with probability
      ${percentText(confidence)}; the other half says what that comes to. No model is called for this.
    </p>`,
    dataTable(
      all,
      [
        {
          name: "First, then",
          heading: true,
          value: (one) => html`<span>${one.cheap}, then ${one.strong}<small>${sureBy(one)}</small></span>`
        },
        {
          name: "Answers from",
          numeric: true,
          value: ({threshold}) =>
            threshold === undefined ? "never" : Number(threshold.toPrecision(3)).toString()
        },
        {name: "Passed on", numeric: true, value: ({report}) => percentText(report.shares[1])},
        {
          name: scorer,
          numeric: true,
          value: ({report}) => scores(report, format)
        },
        {
          name: `Loss, ${format.differenceUnit} (95% CI)`,
          numeric: true,
          value: ({report: {loss}}) =>
            loss ? `${format.difference(loss.estimate)} (${format.differences(loss.low, loss.high)})` : "–"
        },
        {
          name: "Per 1,000 requests",
          numeric: true,
          value: ({report: {usd, cheapUsd, strongUsd}}) => [
            dollars(perThousand(usd)),
            strongUsd === undefined
              ? null
              : html`<small
                  >${dollars(perThousand(cheapUsd))} and ${dollars(perThousand(strongUsd))} alone</small
                >`
          ]
        },
        {name: "Saving", numeric: true, value: ({report}) => percentText(report.saving)},
        {
          name: "Rows",
          numeric: true,
          value: ({report, missing}) => [
            countText(report.rows),
            missing === 0 ? null : html`<small>${countText(missing)} of the run left out</small>`
          ]
        }
      ],
      {caption: `Cascades to ${all[0]!.strong}`, cards: true, made}
    ),
    curves(all, {scorer, format, made}),
    html`<p class="small">
      Where the cheaper one has no score on some rows, the three means are of the rows that both have one on;
      rows without a score of ${all[0]!.strong} are left out. Each line runs from the better model alone to
      the cheaper one first for all rows, on the rows that chose the threshold. Where the cheaper one answers
      “never”, no threshold was shown to keep the loss within ${allowed}.
    </p>`
  ];
}

function noCascades({run, noCascades: why, imported, samples}: PageCosts): PageContent {
  const own =
    imported || samples.length < 2
      ? null
      : html` ${code(`npx assay cascade ${run} --cheap A --strong B`)} tries a pair of your own.`;
  return html`<p>No cheaper model is put before the best one. ${why}${own}</p>`;
}

/** All three on the same rows. */
function scores(
  {quality, cheapQuality, strongQuality, comparedRows, rows}: CascadeView["report"],
  format: ScoreFormat
): PageContent {
  if (comparedRows === 0) return "–";
  return [
    format.score(quality),
    html`<small>${format.score(cheapQuality)} and ${format.score(strongQuality)} alone</small>`,
    comparedRows === rows ? null : html`<small>on ${pluralText(comparedRows, "row")}</small>`
  ];
}

function perThousand(usd: number | undefined): number | undefined {
  return usd === undefined ? undefined : 1000 * usd;
}

function curves(
  all: readonly CascadeView[],
  {scorer, format, made}: {scorer: string; format: ScoreFormat; made: Provenance}
): PageContent {
  const points = all.flatMap(({cheap, steps}) =>
    steps.flatMap(({escalated, usdPerThousand, quality}) =>
      usdPerThousand === undefined
        ? []
        : [{cheap, escalated, usdPerThousand, quality: format.scale(quality), mean: quality}]
    )
  );
  if (points.length === 0) return null;
  const chosen = all.flatMap(({cheap, threshold, report: {usd, quality}}) =>
    usd === undefined || threshold === undefined
      ? []
      : [{cheap, usdPerThousand: 1000 * usd, quality: format.scale(quality)}]
  );
  const ends = all.flatMap(({cheap}) => points.filter((one) => one.cheap === cheap).slice(-1));
  const place = ({usdPerThousand: x, quality: y}: {usdPerThousand: number; quality: number}) => ({x, y});
  const dashes = ["none", "6,3", "2,3"];
  const heightAt = (width: number) => (width < 560 ? 280 : 320);
  const draw = (width: number) =>
    chart({
      width,
      height: heightAt(width),
      marginLeft: 52,
      marginRight: width < 560 ? 20 : 40,
      marginTop: 26,
      marginBottom: 44,
      ariaLabel: `Cost and ${scorer} of ${all.length} cascades, from the better model alone to the cheaper one first`,
      x: {
        label: "US dollars per 1,000 requests →",
        labelAnchor: "center",
        labelArrow: "none",
        tickFormat: dollarTick,
        ticks: width < 560 ? 3 : 6,
        inset: 30
      },
      // Labels of the lines' ends stand below them, above the axis.
      y: {
        label: `↑ ${scorer}, ${format.unit}`,
        labelArrow: "none",
        nice: true,
        inset: 12,
        insetBottom: 26,
        ticks: 5
      },
      marks: [
        Plot.gridY({stroke: "var(--line)", strokeOpacity: 1, ticks: 5}),
        all.map(({cheap}, i) =>
          Plot.line(
            points.filter((one) => one.cheap === cheap),
            {
              x: "usdPerThousand",
              y: "quality",
              stroke: "var(--accent)",
              strokeWidth: 1.8,
              strokeDasharray: dashes[i % dashes.length]
            }
          )
        ),
        Plot.dot(chosen, {
          x: "usdPerThousand",
          y: "quality",
          r: 5,
          fill: "var(--accent)",
          stroke: "var(--surface)",
          strokeWidth: 1.5
        }),
        pointNames({
          points: [...ends, ...chosen].map(place),
          named: ends.map((end) => ({name: `${end.cheap} first`, ...place(end)})),
          lines: all.map(({cheap}) => points.filter((one) => one.cheap === cheap).map(place))
        })
      ],
      values: {
        of: points,
        x: ({usdPerThousand}) => usdPerThousand,
        y: ({quality}) => quality,
        text: ({cheap, escalated, usdPerThousand, mean}) =>
          `${cheap} first\n${percentText(escalated)} passed on\n${format.score(mean)} at ${dollars(usdPerThousand)} per 1,000 requests`
      }
    });
  return figure(draw, {height: heightAt, made});
}
