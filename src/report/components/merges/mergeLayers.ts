import type {ModelManifest} from "../../site/types.js";
import type {LayerRelations, MergeRecord} from "../../../weights/models/types.js";
import * as Plot from "@observablehq/plot";
import {html} from "htl";
import {chart} from "../charts/chart.js";
import {type PageContent, details} from "../text/elements.js";
import {pluralText, percentText} from "../text/format.js";
import {figure} from "../charts/figure.js";
import type {Provenance} from "../notes/made.js";
import {cosineText, layerTable, pairsOf} from "./mergeLayerTable.js";
import {mergeSummary} from "./mergeSummary.js";
import {quotedText} from "../text/sqlText.js";

interface LayerFigure {
  layer: number;
  /** A model or a pair of models. */
  of: string;
  value: number;
}

/**
 * How the parents of a merge relate: sizes of their changes, cosines of all pairs and the share of conflicting signs,
 * layer by layer where the models have numbered layers, and as a table.
 */
export function mergeLayers({id, name}: ModelManifest, record: MergeRecord): PageContent {
  const numbered = record.layers.filter(({layer}) => layer !== undefined);
  if (record.layers.length === 0) return null;
  const made = (what: string, measure?: string): Provenance => ({
    what,
    n: `${pluralText(record.layers.length, "group")} of tensors of ${pluralText(record.models.length, "model")}`,
    term: "merge",
    sql: `select layer, measure, "of", value
from merge_layers
where model = ${quotedText(id)}${measure === undefined ? "" : ` and measure = ${quotedText(measure)}`}
order by measure, "of", layer`
  });
  const numbers = layerTable(
    record,
    name,
    made("Sizes, cosines and sign conflicts of the parents, layer by layer.")
  );
  return html`<div>
    <h3>How the parents relate</h3>
    <p>${mergeSummary(record)}</p>
    ${numbered.length > 1 ? [...sizes(record, numbered, made), cosines(numbered, made), conflicts(numbered, made)] : null}
    ${numbered.length > 1 ? details("The same in numbers", numbers) : numbers}
  </div>`;
}

function frame(title: string, note: string, drawn: HTMLElement): HTMLElement {
  return html`<div>
    <p class="small"><b>${title}.</b> ${note}</p>
    ${drawn}
  </div>`;
}

/** Axes that all charts share, so that layers stand below each other. */
function layerAxis(layers: readonly LayerRelations[], width: number): Plot.PlotOptions {
  const last = Math.max(...layers.map(({layer}) => layer!));
  return {
    width,
    marginLeft: 56,
    marginRight: 12,
    x: {
      domain: [-0.5, last + 0.5],
      label: "layer",
      labelAnchor: "right",
      labelArrow: "none",
      ticks: Math.min(last + 1, Math.max(3, Math.floor(width / 70))),
      tickFormat: (layer: number) => (Number.isInteger(layer) ? String(layer) : "")
    }
  };
}

const COLOURS = ["var(--accent)", "var(--worse, #b4540a)", "var(--text)", "var(--muted)"];
const DASHES = ["", "5 3", "2 3", "8 3 2 3"];

type MakeMade = (what: string, measure: string) => Provenance;

function sizes(record: MergeRecord, layers: readonly LayerRelations[], made: MakeMade): HTMLElement[] {
  const figures = layers.flatMap(({layer, relations: {models, norms, deltaNorms}}): LayerFigure[] =>
    models.map((of, i) => ({layer: layer!, of, value: (deltaNorms ?? norms)[i]!}))
  );
  const names = [...new Set(figures.map(({of}) => of))];
  const note =
    record.base === undefined ? "Norm of each parent's tensors." : "Norm of what each parent changes.";
  return [
    frame(
      "Size",
      note,
      figure(
        (width) =>
          chart({
            ...layerAxis(layers, width),
            ariaLabel: `Size of the parents' changes in ${layers.length} layers`,
            height: 150,
            y: {label: null, zero: true, ticks: 4, grid: true},
            marks: names.map((name, i) =>
              Plot.lineY(
                figures.filter(({of}) => of === name),
                {
                  x: "layer",
                  y: "value",
                  stroke: COLOURS[i % COLOURS.length]!,
                  strokeWidth: 1.8,
                  strokeDasharray: DASHES[Math.floor(i / COLOURS.length) % DASHES.length]!,
                  marker: layers.length <= 40 ? "dot" : "none"
                }
              )
            ),
            values: {
              of: figures,
              x: ({layer}) => layer,
              y: ({value}) => value,
              text: ({layer, of, value}) => `layer ${layer}, ${of}\n${Number(value.toPrecision(3))}`
            }
          }),
        {made: made(note, "size")}
      )
    ),
    html`<p class="legend small">
      ${names.map(
        (name, i) =>
          html`<span
            ><svg width="28" height="10" aria-hidden="true">
              <line
                x1="0"
                x2="22"
                y1="5"
                y2="5"
                style=${`stroke: ${COLOURS[i % COLOURS.length]!}; stroke-width: 2`}
                stroke-dasharray=${DASHES[Math.floor(i / COLOURS.length) % DASHES.length]!}
              ></line></svg
            >${name}</span
          > `
      )}
    </p>`
  ];
}

function cosines(layers: readonly LayerRelations[], made: MakeMade): PageContent {
  const cells = layers.flatMap((one) => pairsOf(one).map((pair) => ({layer: one.layer!, ...pair})));
  const pairs = [...new Set(cells.map(({of}) => of))];
  if (pairs.length === 0) return null;
  return frame(
    "Cosine",
    "Green: two parents change the layer alike (1); orange: against each other (−1); pale: unrelated.",
    figure(
      (width) =>
        chart({
          ...layerAxis(layers, width),
          ariaLabel: `Cosines of ${pairs.length} ${pairs.length === 1 ? "pair" : "pairs"} of parents in ${layers.length} layers`,
          height: 42 + pairs.length * 50,
          color: {type: "identity"},
          y: {type: "band", domain: pairs, axis: null, paddingInner: 0.5, paddingOuter: 0.4},
          marks: [
            Plot.rect(cells, {
              x1: ({layer}: {layer: number}) => layer - 0.5,
              x2: ({layer}: {layer: number}) => layer + 0.5,
              y: "of",
              fill: ({value}: {value: number | null}) => shade(value),
              inset: layers.length <= 60 ? 0.5 : 0
            }),
            Plot.text(pairs, {
              x: -0.5,
              y: (of: string) => of,
              text: (of: string) => of,
              dy: -22,
              textAnchor: "start",
              fill: "currentColor"
            }),
            width / layers.length > 46
              ? Plot.text(cells, {
                  x: "layer",
                  y: "of",
                  text: ({value}: {value: number | null}) => cosineText(value),
                  fill: "currentColor"
                })
              : null
          ],
          values: {
            of: cells,
            x: ({layer}) => layer,
            y: ({of}) => of,
            text: ({layer, of, value}) => `layer ${layer}, ${of}\ncosine ${cosineText(value)}`
          }
        }),
      {made: made("The cosine of what two parents change, layer by layer.", "cosine")}
    )
  );
}

function shade(cosine: number | null): string {
  if (cosine === null) return "transparent";
  const strength = Math.round(6 + 64 * Math.abs(cosine));
  return `color-mix(in srgb, var(${cosine < 0 ? "--worse, #b4540a" : "--accent"}) ${strength}%, transparent)`;
}

function conflicts(layers: readonly LayerRelations[], made: MakeMade): PageContent {
  const figures = layers.flatMap(({layer, relations: {signConflict}}) =>
    signConflict === null ? [] : [{layer: layer!, of: "sign conflict", value: 100 * signConflict}]
  );
  if (figures.length === 0) return null;
  // Of n signs drawn like coins, all are alike in two of 2^n cases.
  const chance = 1 - 2 ** (1 - Math.max(...layers.map(({relations}) => relations.models.length)));
  return frame(
    "Sign conflict",
    `Percent of the elements changed by several parents that are pulled both ways. Dashed: what chance gives where all parents change an element, ${percentText(chance)}.`,
    figure(
      (width) =>
        chart({
          ...layerAxis(layers, width),
          ariaLabel: `Sign conflicts in ${layers.length} layers`,
          height: 150,
          y: {label: null, domain: [0, 100], ticks: 4, grid: true},
          marks: [
            Plot.rectY(figures, {
              x1: ({layer}: LayerFigure) => layer - 0.5,
              x2: ({layer}: LayerFigure) => layer + 0.5,
              y: "value",
              fill: "var(--accent)",
              fillOpacity: 0.55,
              inset: layers.length <= 60 ? 0.5 : 0
            }),
            Plot.ruleY([100 * chance], {stroke: "var(--muted)", strokeDasharray: "3 3"}),
            Plot.ruleY([0])
          ],
          values: {
            of: figures,
            x: ({layer}) => layer,
            y: ({value}) => value,
            text: ({layer, value}) => `layer ${layer}\n${percentText(value / 100)} pulled both ways`
          }
        }),
      {
        made: made(
          "The share of the elements changed by several parents that are pulled both ways.",
          "sign conflict"
        )
      }
    )
  );
}
