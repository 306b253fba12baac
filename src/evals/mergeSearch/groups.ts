import {tensorNames} from "../../weights/merge/index.js";
import {isAdapter, ownBase, withPlainFolders} from "../../weights/models/index.js";
import {nearest, UserError} from "../../base/validation/index.js";
import type {SearchSpace, SearchModels} from "./space.js";

/** The group of tensors that no layer group takes. */
export const REST = "rest";

/**
 * The layer groups of a space that take tensors of its models, "rest" included where it does: other weights of another
 * group would change nothing. Throws a UserError that names every layer group without a tensor.
 */
export async function groupsWithTensors(
  space: SearchSpace,
  models: SearchModels,
  place: {modelsDir: string; project: string}
): Promise<string[]> {
  if (space.layers === undefined) return [REST];
  return takenGroups(space.layers, await modelTensorNames(models, place));
}

/** The same of tensors by their names. A tensor is of the first group whose text its name contains. */
export function takenGroups(layers: Readonly<Record<string, string>>, names: readonly string[]): string[] {
  const groups = Object.entries(layers);
  const groupOf = (name: string) => groups.find(([, text]) => name.includes(text))?.[0] ?? REST;
  const taken = new Set(names.map(groupOf));
  const problems = groups.flatMap(([group, text]) =>
    taken.has(group) ? [] : [emptyText(group, text, names)]
  );
  if (problems.length > 0) throw new UserError(problems.join("\n"));
  return [...groups.map(([group]) => group), REST].filter((group) => taken.has(group));
}

function emptyText(group: string, text: string, names: readonly string[]): string {
  const at = `\`layers.${group}\` is ${JSON.stringify(text)}`;
  if (names.some((name) => name.includes(text)))
    return `${at}: the groups before it take every tensor whose name contains that. List it before them.`;
  const parts = [...new Set(names.flatMap((name) => [name, ...name.split(".")]))];
  const near = nearest(text, parts);
  return `${at}, which no tensor of the models has in its name${near === undefined ? "" : ` (did you mean ${JSON.stringify(near)}?)`}. ${names.length} are there, such as ${names.slice(0, 3).join(", ")}.`;
}

async function modelTensorNames(
  {models, base}: SearchModels,
  place: {modelsDir: string; project: string}
): Promise<string[]> {
  return withPlainFolders(place, async (plain) => {
    const names = new Set<string>();
    for (const model of [...models, ...(base ? [base] : [])]) {
      // An adapter is merged as its base with it, whose tensors have the base's names.
      const whole = isAdapter(model) ? (await ownBase(place.modelsDir, model, place.project)).base : model;
      if (whole) for (const name of await tensorNames(await plain(whole))) names.add(name);
    }
    return [...names];
  });
}
