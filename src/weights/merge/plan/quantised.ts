import type {Dtype} from "../../safetensors/dtype.js";
import {canonicalJson} from "../../../base/system/hash.js";
import type {Problem} from "../recipe/problems.js";
import type {Recipe} from "../recipe/types.js";
import type {OpenModel} from "./model.js";

/** Dtypes of weights as they are trained, and of buffers such as positions. */
const PLAIN: readonly Dtype[] = ["F64", "F32", "F16", "BF16", "I64", "BOOL"];

const REMEDY = "Name the model it was quantised from, or dequantise it first.";

/** How a model's weights are quantised, by config.json or the names of packed tensors; undefined when they are not. */
export function quantMethod(model: OpenModel): string | undefined {
  const tensors = [...model.checkpoint.tensors.values()];
  // A config.json may ask for quantising when loaded; nothing is packed then.
  if (!tensors.some(({dtype}) => isPacked(dtype))) return undefined;
  const stated = settingsOf(model);
  if (stated) return String(stated.quant_method ?? "by quantization_config");
  return tensors.some(({name}) => name.endsWith(".qweight")) ? "gptq or awq" : undefined;
}

/** Whether numbers of a quantised model in this dtype mean nothing without the scales beside them. */
export function isPacked(dtype: Dtype): boolean {
  return !PLAIN.includes(dtype);
}

/** Why quantised models cannot be merged as the recipe says. */
export function quantisedProblems(recipe: Recipe, models: readonly OpenModel[]): Problem[] {
  const {method, form, lines} = recipe;
  const alike = new Set(models.map(likeness)).size === 1;
  return models.flatMap((model) => {
    const how = quantMethod(model);
    if (how === undefined) return [];
    const why =
      method !== "passthrough"
        ? `${method} cannot reckon with packed weights`
        : !alike
          ? "passthrough takes it together with models quantised alike only"
          : model.changes || changesNumbers(recipe)
            ? "passthrough takes it as it is, without dtype, scale or adapter"
            : undefined;
    if (why === undefined) return [];
    return [
      {line: lines[form] ?? lines.base_model, message: `${model.id} is quantised (${how}): ${why}. ${REMEDY}`}
    ];
  });
}

function changesNumbers({dtype, outDtype, parts, parameters, slices}: Recipe): boolean {
  const levels = [parameters, ...(parts ?? []).map((part) => part.parameters)];
  for (const slice of slices)
    levels.push(slice.parameters, ...slice.sources.map((source) => source.parameters));
  return dtype !== undefined || outDtype !== undefined || levels.some(({scale}) => scale !== undefined);
}

function likeness(model: OpenModel): string {
  return canonicalJson([quantMethod(model) ?? null, settingsOf(model) ?? null]);
}

function settingsOf({config}: OpenModel): Record<string, unknown> | undefined {
  const nested = (config.text_config as Record<string, unknown> | null | undefined)?.quantization_config;
  const stated = config.quantization_config ?? config.compression_config ?? nested;
  return typeof stated === "object" && stated !== null ? (stated as Record<string, unknown>) : undefined;
}
