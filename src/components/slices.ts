import {html} from "htl";
import {sliceTableOf} from "../decisions/cut.js";
import type {RunView, ScorerComparisons} from "../site/types.js";
import type {Compared} from "./comparisons.js";
import {code, type Content, nothing, section} from "./elements.js";
import {formatFor, plural} from "./format.js";
import {select} from "./inputs.js";
import type {Made} from "./made.js";
import {slicesQuery} from "./scoreQueries.js";
import {heatmap} from "./sliceHeatmap.js";
import {sliceForest} from "./sliceForest.js";

const drawn = new WeakMap<ScorerComparisons, Map<string, HTMLElement>>();

/**
 * The slices of a run side by side, and one candidate's differences from the reference slice by slice. What was drawn stays when
 * only the rows above it are chosen anew: it does not depend on them.
 */
export function slices(run: RunView | null, found: Compared | null, reference: string | null): Content {
  if (!run || !found || reference === null) return nothing();
  if (run.slices.length === 0)
    return section(
      "By slice",
      html`<p>
        This eval names no slices. Add ${code('slices: ["column"]')} to it to see where a candidate is strong
        and weak.
      </p>`
    );
  const known = drawn.get(found.all) ?? new Map<string, HTMLElement>();
  drawn.set(found.all, known);
  if (!known.has(reference)) known.set(reference, drawSlices(run, found.all, reference));
  return known.get(reference)!;
}

function drawSlices(run: RunView, all: ScorerComparisons, reference: string): HTMLElement {
  const {verdict, margin} = run;
  const {alpha, cuts, extent, smaller} = all;
  const made = (candidate?: string): Made => ({
    what: `${candidate ?? "Every candidate"} on the rows of each slice: its mean, and its difference from ${reference} on the rows that both have.`,
    n: `${plural(run.rows, "row")} in ${plural(table.rows.length, "slice")}`,
    term: "difference",
    sql: slicesQuery(
      all.scorer,
      reference,
      run.slices.map(({name}) => name),
      candidate
    ),
    engine:
      "pairedDifference of assay/stats makes the intervals, holm corrects the p values, shrink draws small slices to the mean",
    run: run.id
  });
  const table = sliceTableOf(cuts, reference, alpha);
  const format = formatFor(extent);
  const compared = cuts[0]?.candidates ?? [];
  const order = verdict.summaries.map(({candidate}) => candidate);
  const candidates = order.filter((name) => compared.includes(name));
  const others = candidates.filter((name) => name !== reference);
  const show = select(
    [
      {label: "Difference from the reference", value: "difference" as const},
      {label: "Score", value: "score" as const}
    ],
    {label: "Cells show"}
  );
  const map = html`<div></div>`;
  const drawMap = () =>
    map.replaceChildren(
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
    );
  show.addEventListener("input", (event) => {
    event.stopPropagation();
    drawMap();
  });
  drawMap();
  const parts = [
    section(
      "Slices and candidates",
      show,
      map,
      html`<p class="small">
        p values are corrected together (Holm) for ${plural(table.comparisons, "comparison")} with
        ${reference}. Slices may have few rows: read n before the colour.
      </p>`
    )
  ];
  if (others.length > 0) {
    const which = select(
      others.map((name) => ({label: name, value: name})),
      {label: "Candidate"}
    );
    const place = html`<div></div>`;
    const draw = () =>
      place.replaceChildren(sliceForest(table, which.value, {reference, format, margin, alpha, made}));
    which.addEventListener("input", (event) => {
      event.stopPropagation();
      draw();
    });
    draw();
    parts.push(section(`One candidate against ${reference}, slice by slice`, which, place));
  }
  return html`<div>${parts}</div>`;
}
