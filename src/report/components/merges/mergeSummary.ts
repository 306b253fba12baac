import type {LayerRelations, MergeRecord} from "../../../weights/models/types.js";
import {percentText} from "../text/format.js";
import {lookedAt, partText} from "./mergeLayerTable.js";

/** In words, what the figures of a merge are of and how often its parents pull both ways; of a sample, that they are estimates. */
export function mergeSummary({base, layers, models}: MergeRecord): string {
  const part = lookedAt(layers);
  const estimated = part < 1 ? ` They are estimates, from ${partText(part)} of the elements.` : "";
  if (models.length === 1 && base !== undefined)
    return `Figures are of what ${models[0]!} changes of ${base}.${estimated}`;
  const {of, some, both, differ} = base === undefined ? OF_WEIGHTS : ofChanges(base);
  const known = layers.flatMap(({relations: {signConflict}, ...where}) =>
    signConflict === null ? [] : [{where: whereOf(where), signConflict}]
  );
  const intro = `${of}${estimated}`;
  if (known.length === 0)
    return part < 1 ? `${intro} None of those ${both}.` : `${intro} No element ${both}.`;
  const sorted = [...known].sort((a, b) => a.signConflict - b.signConflict);
  const [least, most] = [sorted[0]!, sorted.at(-1)!];
  if (known.length === 1)
    return `${intro} Of the elements that ${some}, ${percentText(most.signConflict)} ${differ}.`;
  return `${intro} Of the elements that ${some}, ${percentText(least.signConflict)} (${least.where}) to ${percentText(most.signConflict)} (${most.where}) ${differ}.`;
}

/** Without a base to differ from. */
const OF_WEIGHTS = {
  of: "The recipe names no base, so figures are of the weights themselves.",
  some: "have a value other than 0 in several parents",
  both: "has a value other than 0 in two parents",
  differ: "differ in sign"
};

const ofChanges = (base: string): typeof OF_WEIGHTS => ({
  of: `Figures are of the parents' differences from ${base}.`,
  some: "several parents change",
  both: "is changed by two parents",
  differ: "are pulled both ways"
});

function whereOf({layer}: Pick<LayerRelations, "layer">): string {
  return layer === undefined ? "outside the layers" : `layer ${layer}`;
}
