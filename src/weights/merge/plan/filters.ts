import {nearest} from "../../../base/validation/nearest.js";
import type {RecipeParameters, RecipePart} from "../recipe/types.js";

/** A warning for every filter of a recipe's parameters that none of the tensors has in its name. */
export function filterWarnings(part: RecipePart, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const words = [...new Set(names.flatMap((name) => [name, ...name.split(".")]))];
  const told = levelsOf(part).flatMap(([path, parameters]) =>
    Object.entries(parameters).flatMap(([name, setting]) => {
      if (!Array.isArray(setting)) return [];
      return setting.flatMap((entry) => {
        const filter = typeof entry === "object" ? entry.filter : undefined;
        if (filter === undefined || filter === "*" || names.some((one) => one.includes(filter))) return [];
        const at = `${path}.${name}`;
        const line = part.lines[at] ?? part.lines[path];
        const near = nearest(filter, words);
        return [
          `${line === undefined ? "" : `line ${line}: `}the filter ${JSON.stringify(filter)} of ${name} changes nothing: no tensor has it in its name.${near === undefined ? "" : ` Did you mean ${JSON.stringify(near)}?`}`
        ];
      });
    })
  );
  return [...new Set(told)];
}

function levelsOf({form, slices, parameters}: RecipePart): [path: string, parameters: RecipeParameters][] {
  return [
    ["parameters", parameters],
    ...slices.flatMap((slice, s): [string, RecipeParameters][] => [
      [`slices.${s}.parameters`, slice.parameters],
      ...slice.sources.map((source, k): [string, RecipeParameters] => [
        `${form === "models" ? `models.${k}` : `slices.${s}.sources.${k}`}.parameters`,
        source.parameters
      ])
    ])
  ];
}
