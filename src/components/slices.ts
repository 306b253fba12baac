import {html} from "htl";
import {sliceTable, type SliceTable} from "../decisions/sliceTable.js";
import type {Verdict} from "../decisions/types.js";
import type {RunView} from "../site/types.js";
import type {ScoreChoice} from "./chooseScores.js";
import {code, type Content, nothing, section} from "./elements.js";
import {formatFor, plural} from "./format.js";
import {select} from "./inputs.js";
import {type RunRows, rowsIn, scoresOf} from "./runRows.js";
import {heatmap} from "./sliceHeatmap.js";
import {sliceForest} from "./sliceForest.js";

/** Every candidate in every slice by a scorer, measured against the reference, by the engine's own code; corrected over all of it. */
export function slicesOf(rows: RunRows, scorer: string, reference: string, alpha: number): SliceTable {
  const all = rowsIn(rows);
  return sliceTable(
    scoresOf(rows, scorer, all),
    rows.slices.map((name) => ({name, values: all.map((row) => rows.text(`slice:${name}`, row))})),
    {reference, alpha}
  );
}

/** The slices of a run side by side, and one candidate's differences from the reference slice by slice. */
export function slices(
  run: RunView | null,
  choice: ScoreChoice | null,
  verdict: Verdict | undefined,
  rows: RunRows | null,
  reference: string | null
): Content {
  if (!run || !choice || !verdict || !rows || reference === null) return nothing();
  if (run.slices.length === 0)
    return section(
      "By slice",
      html`<p>
        This eval names no slices. Add ${code('slices: ["column"]')} to it to see where a candidate is strong
        and weak.
      </p>`
    );
  const table = slicesOf(rows, choice.scorer, reference, verdict.alpha);
  const format = formatFor(table.rows.flatMap(({cells}) => cells.map(({mean}) => mean)));
  const order = verdict.summaries.map(({candidate}) => candidate);
  const candidates = order.filter((name) => rows.candidates.includes(name));
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
        alpha: verdict.alpha,
        margin: verdict.margin
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
        ${plural(table.comparisons, "comparison")} with ${reference}, Holm-corrected together. A slice has few
        rows: look at its number before its colour.
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
      place.replaceChildren(
        sliceForest(table, which.value, {reference, format, margin: verdict.margin, alpha: verdict.alpha})
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
