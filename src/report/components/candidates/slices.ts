import {html} from "htl";
import {sliceTableOf} from "../../../evals/decisions/cut.js";
import {valueName} from "../../../evals/decisions/valueName.js";
import type {SliceTable} from "../../../evals/decisions/sliceTable.js";
import type {RunView, ScorerComparisons} from "../../site/types.js";
import type {ShownComparison} from "../rows/comparisons.js";
import {code, type PageContent, nothing, section} from "../text/elements.js";
import {formatFor, pluralText, type ScoreFormat} from "../text/format.js";
import {select} from "../inputs/inputs.js";
import type {Provenance} from "../notes/made.js";
import {slicesQuery} from "../rows/scoreQueries.js";
import {heatmap, heatmapColumns, showColumn} from "./sliceHeatmap.js";
import {twinsOf} from "./twinsOf.js";
import {sliceForest} from "./sliceForest.js";

const kept = new WeakMap<ScorerComparisons, Map<string, unknown>>();

/**
 * The slices of a run side by side, and one candidate's differences from the reference slice by slice. What was drawn is kept: when
 * only the rows above it are chosen anew, it stays the same.
 */
export function slices(
  run: RunView | null,
  found: ShownComparison | null,
  reference: string | null
): PageContent {
  if (!run || !found || reference === null) return nothing();
  if (run.slices.length === 0)
    return section(
      "By slice",
      html`<p>
        This eval names no slices. Add ${code('slices: ["column"]')} to it to see where a candidate is strong
        and weak.
      </p>`
    );
  return drawSlices(run, found.all, reference);
}

/** Where a candidate is worst. */
function lowestSlice(table: SliceTable, candidate: string, format: ScoreFormat): string | undefined {
  const scored = table.rows.flatMap(({slice, value, cells}) =>
    cells
      .filter((cell) => cell.candidate === candidate && cell.mean !== undefined)
      .map(({mean, scored: rows}) => ({slice, value, mean: mean!, rows}))
  );
  if (scored.length < 2) return undefined;
  const {slice, value, mean, rows} = scored.reduce((least, one) => (one.mean < least.mean ? one : least));
  return `${candidate} scores lowest on ${slice} ${valueName(value)}: ${format.score(mean)} on ${pluralText(rows, "row")}`;
}

/** Makes a thing of some comparisons when it is first asked for. */
function once<T>(all: ScorerComparisons, what: readonly string[], make: () => T): T {
  const known = kept.get(all) ?? new Map<string, unknown>();
  kept.set(all, known);
  const key = JSON.stringify(what);
  if (!known.has(key)) known.set(key, make());
  return known.get(key) as T;
}

function drawSlices(run: RunView, all: ScorerComparisons, reference: string): HTMLElement {
  const {verdict} = run;
  const {alpha, cuts, extent, smaller} = all;
  const margin = cuts[0]?.verdict.margin ?? 0;
  const figure = cuts[0]?.verdict.figure;
  const made = (candidate?: string): Provenance => ({
    what: `${candidate ?? "Every candidate"} on the rows of each slice: its ${figure ?? "mean"}, and its difference from ${reference} on the rows that both have.`,
    n: `${pluralText(run.rows, "row")} in ${pluralText(table.rows.length, "slice")}`,
    term: "difference",
    sql: slicesQuery(
      all.scorer,
      reference,
      run.slices.map(({name}) => name),
      candidate
    ),
    engine:
      "pairedDifference of assay/stats makes the intervals, holm corrects the p values, shrink draws small slices to the mean",
    figure,
    run: run.id
  });
  const table = once(all, ["table", reference], () => sliceTableOf(cuts, reference, alpha));
  const format = formatFor(extent);
  const compared = cuts[0]?.candidates ?? [];
  const order = verdict.summaries.map(({candidate}) => candidate);
  const candidates = order.filter((name) => compared.includes(name));
  const others = candidates.filter((name) => name !== reference);
  const twins = twinsOf(reference, verdict);
  const score = {label: "Score", id: "score", value: "score" as "score" | "difference"};
  const difference = {label: "Difference from the reference", id: "difference", value: "difference" as const};
  const show = select(others.length > 0 ? [difference, score] : [score], {label: "Cells show", key: "cells"});
  const column = select(
    heatmapColumns(table).map(({slice, value}, i) => ({
      label: valueName(value),
      id: `${slice}=${value}`,
      value: i,
      group: slice
    })),
    {label: "Slice", key: "column"}
  );
  const map = html`<div></div>`;
  const drawMap = () => {
    map.replaceChildren(
      once(all, ["map", reference, show.value], () =>
        heatmap(table, {
          kind: show.value,
          candidates,
          reference,
          format,
          alpha,
          margin,
          smaller,
          made: made()
        })
      )
    );
    showColumn(map, column.value);
  };
  for (const input of [show, column])
    input.addEventListener("input", (event) => {
      event.stopPropagation();
      drawMap();
    });
  drawMap();
  const parts = [
    section(
      lowestSlice(table, reference, format) ?? "Slices and candidates",
      show,
      html`<div class="phone-only">${column}</div>`,
      map,
      html`<p class="small">
        ${
          others.length > 0
            ? `p values are corrected together (Holm) for ${pluralText(table.comparisons, "comparison")} with ${reference}. `
            : ""
        }Slices
        may have few rows: read n before the colour.
      </p>`
    )
  ];
  if (others.length > 0) {
    const which = select(
      // A twin differs by nothing in any slice.
      [...others]
        .sort((a, b) => Number(twins.includes(a)) - Number(twins.includes(b)))
        .map((name) => ({label: name, value: name})),
      {label: "Candidate", key: "by-slice"}
    );
    const place = html`<div></div>`;
    const draw = () =>
      place.replaceChildren(
        once(all, ["forest", reference, which.value], () =>
          sliceForest(table, which.value, {reference, format, margin, alpha, made})
        )
      );
    which.addEventListener("input", (event) => {
      event.stopPropagation();
      draw();
    });
    draw();
    parts.push(section(`One candidate against ${reference}, slice by slice`, which, place));
  }
  return html`<div>${parts}</div>`;
}
