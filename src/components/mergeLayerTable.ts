import type {ModelManifest} from "../site/types.js";
import {dataTable} from "./dataTable.js";
import {share} from "./format.js";
import type {Made} from "./made.js";

export type MergeRecord = NonNullable<ModelManifest["merge"]>;
export type LayerRelations = MergeRecord["layers"][number];

/** The cosine of every pair of parents in a layer; null where one of them changes nothing. */
export function pairsOf({relations: {models, cosine}}: LayerRelations): {of: string; value: number | null}[] {
  return models.flatMap((a, i) =>
    models.slice(i + 1).map((b, j) => ({
      of: `${a} – ${b}`,
      value: cosine[i * models.length + i + 1 + j] ?? null
    }))
  );
}

/** A cosine to two digits; a dash without one. */
export function cosineText(value: number | null): string {
  return value === null ? "–" : (Math.round(100 * value) / 100 + 0).toFixed(2).replace("-", "\u2212");
}

/** What the plots of layers show, in numbers. */
export function layerTable({models, base, layers}: MergeRecord, made: Made): HTMLElement {
  const pairs = layers[0] ? pairsOf(layers[0]).map(({of}) => of) : [];
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
        value: ({relations: {signConflict}}) => share(signConflict ?? undefined)
      }
    ],
    {caption: "Sizes, cosines and sign conflicts of the parents", made}
  );
}
