import type {Method} from "../methods/index.js";
import type {SourceTensor} from "./candidates.js";
import {isVocabulary} from "./layers.js";
import {tell, type TensorContext, type TensorSite} from "./site.js";

/** The shape of the result and the tensors that can take part in it; undefined when that was told as a problem. */
export function fitShapes(
  site: TensorSite,
  found: SourceTensor[],
  base: number,
  method: Method,
  context: TensorContext
): {candidates: SourceTensor[]; shape: readonly number[]} | undefined {
  const {recipe, warnings} = context;
  const rowsOf = ({model, tensor}: SourceTensor) => context.rows?.(model.id, tensor.name);
  const shapeOf = (candidate: SourceTensor): readonly number[] => {
    const rows = rowsOf(candidate);
    return rows ? [rows.map.length, ...candidate.tensor.shape.slice(1)] : candidate.tensor.shape;
  };
  const shapes = found.map(shapeOf);
  const reference = shapes[Math.max(base, 0)]!;
  if (shapes.every((shape) => equal(shape, reference))) return {candidates: found, shape: reference};
  const table = isVocabulary(site.name) && shapes.every(({length}) => length === 2) && !found.some(rowsOf);
  const described = found.map(({model}, i) => `${model.id} [${shapes[i]!.join(", ")}]`).join(", ");
  if (method.taskVectors) {
    const fits = (shape: readonly number[]) =>
      equal(shape, reference) || (table && shape.every((size, d) => size >= reference[d]!));
    const kept = found.filter((_, i) => fits(shapes[i]!));
    for (const [i, {model}] of found.entries())
      if (!fits(shapes[i]!))
        warnings.add(
          `${site.name} has the shape [${shapes[i]!.join(", ")}] in ${model.id} but [${reference.join(", ")}] in the base: that model is left out of this tensor.`
        );
      else if (!equal(shapes[i]!, reference))
        warnings.add(`${site.name} of ${model.id} is cut to the base's shape [${reference.join(", ")}].`);
    return {candidates: kept, shape: reference};
  }
  if (table) {
    const shape = [0, 1].map((d) => Math.min(...shapes.map((s) => s[d]!)));
    warnings.add(
      `${site.name} differs in size (${described}): cut to the common part [${shape.join(", ")}].`
    );
    return {candidates: found, shape};
  }
  tell(
    context,
    {
      line: recipe.lines[recipe.form],
      message: `the tensor ${site.name} differs in shape: ${described}. Only vocabulary tables may.`
    },
    `shape ${site.name.replace(/\d+/g, "N")}`
  );
  return undefined;
}

export function equal(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}
