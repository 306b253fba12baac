import {share} from "./format.js";
import {type LayerRelations, lookedAt, type MergeRecord, partText} from "./mergeLayerTable.js";

/** In words, what the figures of a merge are of and how often its parents pull both ways; of a sample, that they are estimates. */
export function mergeSummary({base, layers, models}: MergeRecord): string {
  const part = lookedAt(layers);
  const estimated = part < 1 ? ` They are estimates, from ${partText(part)} of the elements.` : "";
  if (models.length === 1 && base !== undefined)
    return `Figures are of what ${models[0]!} changes of ${base}.${estimated}`;
  const about = base === undefined ? "their tensors" : `their differences from ${base}`;
  const known = layers.flatMap(({relations: {signConflict}, ...where}) =>
    signConflict === null ? [] : [{where: whereOf(where), signConflict}]
  );
  const intro = `Figures are of ${about}.${estimated}`;
  if (known.length === 0)
    return part < 1
      ? `${intro} None of those is changed by two parents.`
      : `${intro} No element is changed by two parents.`;
  const sorted = [...known].sort((a, b) => a.signConflict - b.signConflict);
  const [least, most] = [sorted[0]!, sorted.at(-1)!];
  if (known.length === 1)
    return `${intro} Of the elements that several parents change, ${share(most.signConflict)} are pulled both ways.`;
  return `${intro} Of the elements that several parents change, ${share(least.signConflict)} (${least.where}) to ${share(most.signConflict)} (${most.where}) are pulled both ways.`;
}

function whereOf({layer}: Pick<LayerRelations, "layer">): string {
  return layer === undefined ? "outside the layers" : `layer ${layer}`;
}
