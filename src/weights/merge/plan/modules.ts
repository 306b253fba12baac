import type {Problem} from "../recipe/problems.js";

/**
 * The module each tensor belongs to: the one whose name its own begins with (perhaps after "model."), the longest of
 * several. What then belongs to none falls to the one module whose name no tensor begins with, such as text_decoder
 * beside vision_tower. Anything else is a problem.
 */
export function modulesOf(
  modules: readonly string[],
  tensors: Iterable<string>,
  line: number | undefined,
  problems: Problem[]
): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  const longest = [...modules].sort((a, b) => b.length - a.length);
  const left: string[] = [];
  for (const tensor of tensors) {
    const owner = longest.find((name) =>
      [`${name}.`, `model.${name}.`].some((head) => tensor.startsWith(head))
    );
    if (owner === undefined) left.push(tensor);
    else owners.set(tensor, owner);
  }
  const named = new Set(owners.values());
  const [rest, ...others] = modules.filter((name) => !named.has(name));
  if (others.length > 0)
    problems.push({
      line,
      message: `no tensor's name begins with ${[rest, ...others].join(" or ")}, and only one module can take what the others leave. Name modules as their tensors' names begin, such as ${beginnings(left)}.`
    });
  else if (rest !== undefined) for (const tensor of left) owners.set(tensor, rest);
  else if (left.length > 0)
    problems.push({
      line,
      message: `${left[0]!}${left.length > 1 ? ` and ${left.length - 1} more tensors` : ""} belong to none of the modules ${modules.join(", ")}. Add a module for ${beginnings(left)}.`
    });
  return owners;
}

function beginnings(tensors: readonly string[]): string {
  return [...new Set(tensors.map((name) => name.split(".")[0]!))].slice(0, 5).join(", ");
}
