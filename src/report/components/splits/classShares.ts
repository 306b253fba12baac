import {memberOf} from "../../../base/validation/memberOf.js";
import * as Plot from "@observablehq/plot";
import {html} from "htl";
import {valueName} from "../../../evals/decisions/valueName.js";
import type {SplitManifest, SplitsView} from "../../site/types.js";
import {chart} from "../charts/chart.js";
import {type PageContent, details} from "../text/elements.js";
import {countText, pluralText, percentText} from "../text/format.js";
import {classSharesQuery} from "./splitQueries.js";
import {splitNaming, PANEL_HEADING} from "./leakagePlot.js";
import {figure} from "../charts/figure.js";
import {lineNames} from "../charts/lineNames.js";
import {shortenedToWidth} from "../text/shortened.js";

const DRAWN = 15;
const AT_ONCE = 4;
/** Of a panel's width that its bold heading may take. */
const HEADING = 0.8;

interface ClassShare {
  split: string;
  part: string;
  label: string;
  share: number;
  /** Rows of the class, and of the part. */
  rows: number;
  of: number;
}

/** The share of each class in the test part beside that in the training part, a panel for each split. */
export function classShares(view: SplitsView): PageContent {
  const {splits, roles} = view;
  const named = splitNaming(splits);
  const drawable = splits.filter(({labels}) => labels?.train && labels.test);
  if (drawable.length === 0)
    return html`<p>
      ${roles.label ? "No split has classes in both parts. Labels that are free text do not count as classes." : "The dataset names no label column."}
    </p>`;
  const others = drawable.slice(AT_ONCE);
  return [
    panels(drawable.slice(0, AT_ONCE), named, view),
    others.length > 0
      ? details(`${pluralText(others.length, "more split")}`, panels(others, named, view))
      : null
  ];
}

function panels(
  drawable: readonly SplitManifest[],
  named: (split: SplitManifest) => string,
  view: SplitsView
): PageContent {
  const totals = new Map<string, number>();
  for (const {labels} of drawable)
    for (const [label, rows] of Object.entries(labels!.train!))
      totals.set(label, (totals.get(label) ?? 0) + rows);
  for (const {labels} of drawable)
    for (const label of Object.keys(labels!.test!)) if (!totals.has(label)) totals.set(label, 0);
  const all = [...totals].sort(([a, n], [b, m]) => m - n || a.localeCompare(b)).map(([label]) => label);
  const shown = all.slice(0, DRAWN);
  const shares = drawable.flatMap((split) =>
    ["train", "test"].flatMap((part) => {
      const counts = split.labels![part]!;
      const total = Object.values(counts).reduce((sum, rows) => sum + rows, 0);
      return shown.map((label): ClassShare => ({
        split: named(split),
        part,
        label: valueName(label),
        share: (memberOf(counts, label) ?? 0) / total,
        rows: memberOf(counts, label) ?? 0,
        of: total
      }));
    })
  );
  const names = shown.map(valueName);
  const titles = drawable.map(named);
  const most = Math.max(...shares.map((one) => one.share));
  const test = shares.filter(({part}) => part === "test");
  const trained = new Map(
    shares.filter(({part}) => part === "train").map((one) => [`${one.split}\n${one.label}`, one.share])
  );
  const draw = (width: number) => {
    const {marginLeft, mark} = lineNames(names, {width});
    const panel = (width - marginLeft) / titles.length;
    const beside = panel >= 150;
    const facet = beside ? "fx" : "fy";
    const step = shown.length * 24 + PANEL_HEADING;
    return chart({
      width,
      height: beside ? 66 + shown.length * 24 : 64 + titles.length * step,
      marginLeft,
      marginRight: 16,
      marginTop: 28,
      marginBottom: 36,
      ariaLabel: `Share of each of ${shown.length} classes in training and test part, for ${titles.length} splits`,
      x: {domain: [0, most], nice: true, tickFormat: "%", ticks: beside ? 2 : 4, label: null},
      y: {domain: names, label: null, axis: null},
      [facet]: {domain: titles, label: null, axis: null, padding: beside ? 0.16 : PANEL_HEADING / step},
      marks: [
        mark,
        Plot.gridX({stroke: "var(--line)", strokeOpacity: 1, ticks: beside ? 2 : 4}),
        Plot.ruleY(test, {
          [facet]: "split",
          y: "label",
          x1: (one: ClassShare) => trained.get(`${one.split}\n${one.label}`)!,
          x2: "share",
          stroke: "var(--quiet)",
          strokeWidth: 2,
          strokeOpacity: 0.6
        }),
        Plot.dot(shares, {
          [facet]: "split",
          y: "label",
          x: "share",
          r: 4.5,
          fill: (one: ClassShare) => (one.part === "test" ? "var(--accent)" : "var(--surface)"),
          stroke: (one: ClassShare) => (one.part === "test" ? "var(--surface)" : "var(--quiet)"),
          strokeWidth: (one: ClassShare) => (one.part === "test" ? 1 : 2)
        }),
        Plot.text(titles, {
          [facet]: (title: string) => title,
          frameAnchor: "top-left",
          dy: -24,
          text: (title: string) => shortenedToWidth(title, HEADING * (beside ? panel : width - marginLeft)),
          title: (title: string) => title,
          fontWeight: 600,
          fill: "currentColor"
        })
      ],
      values: {
        of: shares,
        x: (one) => one.share,
        y: ({label}) => label,
        panel: ({split}) => split,
        text: ({split, part, label, share: found, rows, of}) =>
          `${label}, ${part} of ${split}\n${percentText(found)}\n${countText(rows)} of ${pluralText(of, "row")}`
      }
    });
  };
  return [
    figure(draw, {
      made: {
        what: "The share of each class among the rows of the test part and of the training part.",
        n: `${pluralText(drawable.length, "split")} with classes in both parts`,
        term: "drift",
        sql: classSharesQuery(view)
      }
    }),
    html`<p class="small">
      Filled: share of the class in the test part. Hollow: in the training part.
      ${largestGap(test, trained)}${all.length > shown.length ? ` ${pluralText(all.length - shown.length, "rarer class", "rarer classes")} not drawn.` : ""}
    </p>`
  ];
}

function largestGap(test: readonly ClassShare[], trained: ReadonlyMap<string, number>): string {
  const gap = (one: ClassShare) => Math.abs(one.share - trained.get(`${one.split}\n${one.label}`)!);
  const most = [...test].sort((a, b) => gap(b) - gap(a))[0];
  if (!most || gap(most) === 0) return "";
  return `Farthest apart: ${most.label} under ${most.split}, ${percentText(most.share)} in test and ${percentText(trained.get(`${most.split}\n${most.label}`))} in training.`;
}
