import * as Plot from "@observablehq/plot";
import {html} from "htl";
import type {SplitManifest, SplitsView} from "../../site/types.js";
import {chart} from "../charts/chart.js";
import type {PageContent} from "../text/elements.js";
import {countText, joinedNames, pluralText, percentText} from "../text/format.js";
import {leakageQuery} from "./splitQueries.js";
import {figure} from "../charts/figure.js";
import {figuresMargin, lineNames} from "../charts/lineNames.js";
import {leakOf, LEAKS} from "./splitMeasures.js";

/** Room for the name above each panel, in pixels. */
export const PANEL_HEADING = 40;

interface Dot {
  split: string;
  kind: string;
  share: number;
  /** Test rows with a match, and those looked at. */
  rows: number;
  of: number;
  chosen: boolean;
}

/** How much of each split's test part has a match in training: a panel for each kind of leakage, a line for each split. */
export function leakagePlot(view: SplitsView): PageContent {
  const {splits, choice} = view;
  const named = splitNaming(splits);
  const dots = LEAKS.flatMap(({measure, name}) =>
    splits.flatMap((split): Dot[] => {
      const leak = leakOf(split, measure);
      return leak ? [{...leak, split: named(split), kind: name, chosen: split.id === choice?.split}] : [];
    })
  );
  if (dots.length === 0) return null;
  const kinds = [...new Set(dots.map(({kind}) => kind))];
  const names = splits.map(named);
  const most = Math.max(0.05, ...dots.map((dot) => dot.share));
  const draw = (width: number) => {
    const {marginLeft, mark} = lineNames(names, {width, most: 0.3 * width});
    const panel = (width - marginLeft) / kinds.length;
    const beside = panel >= 170;
    const facet = beside ? "fx" : "fy";
    const step = names.length * 26 + PANEL_HEADING;
    return chart({
      width,
      height: beside ? 76 + names.length * 30 : 64 + kinds.length * step,
      marginLeft,
      marginRight: figuresMargin(dots.map((dot) => percentText(dot.share))),
      marginTop: beside ? 44 : 28,
      marginBottom: 36,
      ariaLabel: `Share of test rows with a match in training, for ${splits.length} splits and ${kinds.length} kinds of leakage`,
      x: {domain: [0, beside ? most * 1.4 : most * 1.1], tickFormat: "%", ticks: beside ? 2 : 4, label: null},
      y: {domain: names, label: null, axis: null, padding: 0.6},
      [facet]: {domain: kinds, label: null, axis: null, padding: beside ? 0.1 : PANEL_HEADING / step},
      marks: [
        mark,
        Plot.ruleX([0], {stroke: "var(--strong-line)"}),
        Plot.ruleY(dots, {
          [facet]: "kind",
          y: "split",
          x1: 0,
          x2: "share",
          stroke: "var(--line)",
          strokeWidth: 2
        }),
        Plot.dot(dots, {
          [facet]: "kind",
          y: "split",
          x: "share",
          r: 5,
          fill: (dot: Dot) => (dot.chosen ? "var(--accent)" : "var(--quiet)"),
          stroke: "var(--surface)",
          strokeWidth: 1.5
        }),
        Plot.text(dots, {
          [facet]: "kind",
          y: "split",
          x: "share",
          dx: 10,
          textAnchor: "start",
          text: (dot: Dot) => percentText(dot.share),
          fill: "currentColor"
        }),
        Plot.text(kinds, {
          [facet]: (kind: string) => kind,
          frameAnchor: "top-left",
          lineAnchor: "bottom",
          dy: -11,
          // Two lines where a heading is wider than its panel.
          lineWidth: beside ? panel / 18 : undefined,
          text: (kind: string) => kind,
          fontWeight: 600,
          fill: "currentColor"
        })
      ],
      values: {
        of: dots,
        x: (dot) => dot.share,
        y: ({split}) => split,
        panel: ({kind}) => kind,
        text: ({split, kind, share: found, rows, of}) =>
          `${split}, ${kind}\n${percentText(found)}\n${countText(rows)} of ${pluralText(of, "test row")}`
      }
    });
  };
  return [
    figure(draw, {
      made: {
        what: "The share of each split's test rows that have a match among its training rows, by kind of match.",
        n: joinedNames(
          splits.map((split) => `${pluralText(split.counts.test ?? 0, "test row")} of ${named(split)}`)
        ),
        term: "leakage",
        sql: leakageQuery(view)
      }
    }),
    html`<p class="small">
      Share of the test rows. At 0% every test row is new to a candidate that learned from the training
      rows.${choice ? " Coloured: the split recommended above." : ""}
    </p>`
  ];
}

/** A split's name, with the beginning of its id where two have the same one. */
export function splitNaming(splits: readonly SplitManifest[]): (split: SplitManifest) => string {
  return ({name, id}) =>
    splits.filter((other) => other.name === name).length > 1 ? `${name} ${id.slice(0, 4)}` : name;
}
