import type {Method} from "../methods/index.js";
import {referenceText} from "../recipe/reference.js";
import type {StoredTensor} from "../../safetensors/open.js";
import {aliasNames, isKnownArchitecture, tiedNames} from "./layers.js";
import type {OpenModel} from "./model.js";
import {tell, type TensorContext, type TensorSite} from "./site.js";

/** A source's tensor for one tensor of the result. */
export interface SourceTensor {
  source: number;
  model: OpenModel;
  tensor: StoredTensor;
}

/** What the sources of a slice have for a tensor, by its name, an alias, or the one it is tied to; some may have nothing. */
export function candidates(site: TensorSite, {models}: TensorContext): SourceTensor[] {
  return site.slice.sources.flatMap(({model: reference}, source) => {
    const model = models.get(referenceText(reference))!;
    const {tensors} = model.checkpoint;
    const own = site.inputNames[source]!;
    const name = [own, ...aliasNames(own), ...tiedNames(own)].find((n) => tensors.has(n));
    return name === undefined ? [] : [{source, model, tensor: tensors.get(name)!}];
  });
}

/**
 * The tensors to merge when enough sources have it; undefined when it is left out, and why is told. What no source has is
 * not missing: a slice's layers may differ in their tensors.
 */
export function checkPresence(
  site: TensorSite,
  found: SourceTensor[],
  method: Method,
  baseId: string | undefined,
  context: TensorContext
): SourceTensor[] | undefined {
  if (found.length === 0) return undefined;
  const {recipe} = context;
  const total = site.slice.sources.length;
  const absent = site.slice.sources
    .filter((_, k) => !found.some(({source}) => source === k))
    .map(({model}) => referenceText(model));
  const line = recipe.lines[recipe.form];
  if (found.length === total) return found;
  // Buffers that some versions of a model store and others do not.
  if (/rotary_emb\.inv_freq$|\.masked_bias$/.test(site.name)) return undefined;
  const has = found.map(({model}) => model.id).join(", ");
  if (method.taskVectors && baseId !== undefined && !absent.includes(baseId)) {
    context.warnings.add(`${site.name} is not in ${absent.join(", ")}: left out of that tensor.`);
    return found;
  }
  const known = found.some(({model}) => isKnownArchitecture(model.config));
  if (known || method.taskVectors)
    tell(
      context,
      {
        line,
        message: `the tensor ${site.name} is in ${has} but not in ${absent.join(", ")}. Merge models of one architecture.`
      },
      `missing ${absent.join()}`
    );
  else
    context.warnings.add(
      `${site.name} is in ${has} but not in ${absent.join(", ")}: the result does not have it.`
    );
  return undefined;
}
