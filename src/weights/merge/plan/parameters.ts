import type {ParameterSpec} from "../methods/index.js";
import {lookUp} from "../recipe/settings.js";
import {tell, type TensorContext, type TensorSite} from "./site.js";

interface ParameterQuery {
  levels: Parameters<typeof lookUp>[1];
  site: TensorSite;
  /** Of the tensor. */
  name: string;
  /** Whose parameters they are; absent for those of the merge. */
  of?: {model: string; source: number};
}

/** The parameters that hold for a tensor, from the levels of the recipe or defaults; missing ones are told. */
export function values(
  specs: Readonly<Record<string, ParameterSpec>>,
  {levels, site, name, of}: ParameterQuery,
  context: TensorContext
): Record<string, number> {
  const result: Record<string, number> = {};
  for (const [parameter, spec] of Object.entries(specs)) {
    const value = lookUp(parameter, levels, {name, t: site.t}) ?? spec.default;
    if (value !== undefined) result[parameter] = value;
    else if (!spec.optional)
      tell(
        context,
        {
          line:
            of === undefined
              ? (context.recipe.lines[`parameters.${parameter}`] ?? context.recipe.lines.merge_method)
              : lineOf(parameter, site, of.source, context),
          message: `${context.recipe.method} needs a ${parameter}${of ? ` for ${of.model}` : ""}; none applies to ${name}. Give one, without a filter, or add an entry without filter.`
        },
        `${parameter} ${of?.source ?? -1} ${site.sliceIndex}`
      );
  }
  return result;
}

/** The line of the recipe that gave a parameter its value, or should have. */
export function lineOf(
  parameter: string,
  site: TensorSite,
  source: number,
  {recipe}: TensorContext
): number | undefined {
  const at = recipe.form === "models" ? `models.${source}` : `slices.${site.sliceIndex}.sources.${source}`;
  const lines = recipe.lines;
  return (
    lines[`${at}.parameters.${parameter}`] ??
    (recipe.form === "slices" ? lines[`slices.${site.sliceIndex}.parameters.${parameter}`] : undefined) ??
    lines[`parameters.${parameter}`] ??
    lines[at] ??
    lines.merge_method
  );
}
