import * as Plot from "@observablehq/plot";
import {html} from "htl";
import type {VersionDetails} from "../../site/types.js";
import {chart} from "../charts/chart.js";
import type {PageContent} from "../text/elements.js";
import {countText, pluralText, percentText} from "../text/format.js";
import type {Provenance} from "../notes/made.js";
import {labelsQuery} from "./dataQueries.js";
import {figure} from "../charts/figure.js";
import {figuresMargin, lineNames} from "../charts/lineNames.js";

const DRAWN = 30;

/** Rows of each label, the commonest first. */
export function labelPlot(
  dataset: string,
  {version, labels, otherLabels}: Pick<VersionDetails, "version" | "labels" | "otherLabels">
): PageContent {
  if (labels.length === 0)
    return html`<p>
      ${otherLabels ? `${pluralText(otherLabels.labels, "label")} of free text, which are not published.` : "The dataset names no label column."}
    </p>`;
  const shown = labels.slice(0, DRAWN);
  const total = labels.reduce((sum, {rows}) => sum + rows, otherLabels?.rows ?? 0);
  const hidden = labels.length - shown.length + (otherLabels?.labels ?? 0);
  const made: Provenance = {
    what: "How many rows of the version have each label.",
    n: pluralText(total, "row"),
    term: "version",
    sql: labelsQuery({dataset, id: version})
  };
  const written = ({rows}: {rows: number}) => `${countText(rows)} · ${percentText(rows / total)}`;
  const draw = (width: number) => {
    const names = lineNames(
      shown.map(({label}) => label),
      {width}
    );
    return chart({
      width,
      height: 50 + shown.length * 26,
      marginLeft: names.marginLeft,
      marginRight: figuresMargin(shown.map(written)),
      marginTop: 4,
      marginBottom: 40,
      ariaLabel: `Rows of each of ${shown.length} labels`,
      x: {label: "rows →", labelAnchor: "center", labelArrow: "none", ticks: width < 560 ? 2 : 6, nice: true},
      y: {label: null, domain: shown.map(({label}) => label), axis: null},
      marks: [
        Plot.gridX({stroke: "var(--line)", strokeOpacity: 1, ticks: width < 560 ? 2 : 6}),
        Plot.barX(shown, {
          y: "label",
          x: "rows",
          fill: "var(--accent)",
          fillOpacity: 0.75,
          insetTop: 4,
          insetBottom: 4,
          rx2: 3
        }),
        Plot.text(shown, {
          y: "label",
          x: "rows",
          textAnchor: "start",
          dx: 6,
          text: written,
          fill: "currentColor"
        }),
        names.mark
      ],
      values: {
        of: shown,
        x: ({rows}) => rows,
        y: ({label}) => label,
        text: ({label, rows}) =>
          `${label}\n${countText(rows)} of ${pluralText(total, "row")}, ${percentText(rows / total)}`,
        inLines: true
      }
    });
  };
  const plot = figure(draw, {made});
  return hidden > 0
    ? [plot, html`<p class="small">${pluralText(hidden, "rarer label")} not drawn.</p>`]
    : plot;
}
