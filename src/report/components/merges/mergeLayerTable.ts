import type {LayerRelations, MergeRecord} from "../../../weights/models/types.js";
import {dataTable} from "../tables/dataTable.js";
import {percentText} from "../text/format.js";
import type {Provenance} from "../notes/made.js";

/** The cosine of every pair of parents in a layer; null where one of them changes nothing. */
export function pairsOf({relations: {models, cosine}}: LayerRelations): {of: string; value: number | null}[] {
  return models.flatMap((a, i) =>
    models.slice(i + 1).map((b, j) => ({
      of: `${a} – ${b}`,
      value: cosine[i * models.length + i + 1 + j] ?? null
    }))
  );
}

/** The share of the layers' elements that their figures are from; 1 without any. */
export function lookedAt(layers: readonly LayerRelations[]): number {
  const sum = (of: "elements" | "sampled") => layers.reduce((total, {relations}) => total + relations[of], 0);
  return sum("elements") === 0 ? 1 : sum("sampled") / sum("elements");
}

/** A share below 1 in percent, rounded down: what is not all never reads as 100%. */
export function partText(value: number): string {
  return value >= 0.1 ? `${Math.floor(100 * value)}%` : `${Number((100 * value).toPrecision(2))}%`;
}

/** A cosine to two digits; a dash without one. */
export function cosineText(value: number | null): string {
  return value === null ? "–" : (Math.round(100 * value) / 100 + 0).toFixed(2).replace("-", "\u2212");
}

/** What the plots of layers show, in numbers. */
export function layerTable({models, base, layers}: MergeRecord, name: string, made: Provenance): HTMLElement {
  const pairs = [...new Set(layers.flatMap((one) => pairsOf(one).map(({of}) => of)))];
  const isPartial = lookedAt(layers) < 1;
  return dataTable(
    layers,
    [
      {
        name: "Layer",
        heading: true,
        value: ({layer}) =>
          layer === undefined ? (layers.length === 1 ? "all tensors" : "outside") : String(layer)
      },
      ...models.map((model) => ({
        name: `${base === undefined ? "Norm of" : "Change of"} ${model}`,
        numeric: true,
        value: ({relations}: LayerRelations) => {
          const at = relations.models.indexOf(model);
          const norm = (relations.deltaNorms ?? relations.norms)[at];
          return norm === undefined ? "–" : Number(norm.toPrecision(3)).toString();
        }
      })),
      ...pairs.map((pair) => ({
        name: `Cosine ${pair}`,
        numeric: true,
        value: (one: LayerRelations) => cosineText(pairsOf(one).find(({of}) => of === pair)?.value ?? null)
      })),
      {
        name: "Sign conflict",
        numeric: true,
        value: ({relations: {signConflict}}) => percentText(signConflict ?? undefined)
      },
      ...(isPartial
        ? [
            {
              name: "Elements looked at",
              numeric: true,
              value: (one: LayerRelations) => partText(lookedAt([one]))
            }
          ]
        : [])
    ],
    {caption: `Sizes, cosines and sign conflicts of the parents of ${name}`, made}
  );
}
