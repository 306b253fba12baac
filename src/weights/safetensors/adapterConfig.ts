import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {messageOf, UserError} from "../../base/validation/errors.js";
import {refuseOtherArithmetic, unknownMembers} from "./adapterKeys.js";
import {assertTextFile} from "../../base/system/regularFile.js";

/** The parts of adapter_config.json that decide how an adapter is merged. */
export interface AdapterConfig {
  r: number;
  alpha: number;
  rslora: boolean;
  fanInFanOut: boolean;
  useDora: boolean;
  rankPattern: readonly [RegExp, number][];
  alphaPattern: readonly [RegExp, number][];
  /** Modules that were trained and saved whole. */
  modulesToSave?: readonly string[];
  /** What an adapter makes of the embedding of a tied base holds for the head as well; else the head keeps the base's weights. */
  ensureWeightTying?: boolean;
  /** Members that are set and not known. */
  unknown?: readonly string[];
}

/** Ways to begin with which PEFT changes the base's weights, so that the adapter fits the changed ones. */
const CHANGES_BASE = /^(pissa|corda|olora|loftq|lora_ga)/i;

/** The adapter_config.json of a folder: what it says, and as it stands there. Throws a UserError when it cannot be read or tells of no LoRA. */
export async function openAdapterConfig(
  folder: string
): Promise<{path: string; value: unknown; config: AdapterConfig}> {
  const path = join(folder, "adapter_config.json");
  await assertTextFile(path);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new UserError(`${path} cannot be read (${messageOf(cause)}). Fetch the adapter again.`, {cause});
  }
  return {path, value, config: readAdapterConfig(path, value)};
}

/**
 * Reads adapter_config.json; what is missing has PEFT's default. Keys without a part in merging are ignored. Throws a UserError
 * for an adapter of another kind, and for settings with which it cannot be added to its base's weights.
 */
function readAdapterConfig(path: string, value: unknown): AdapterConfig {
  if (typeof value !== "object" || value === null)
    throw new UserError(`${path} is no mapping. Fetch it again.`);
  const config = value as Record<string, unknown>;
  const type = config.peft_type ?? "LORA";
  if (type !== "LORA")
    throw new UserError(`${path}: peft_type is ${JSON.stringify(type)}; only LORA adapters can be merged.`);
  const begun = config.init_lora_weights;
  if (typeof begun === "string" && CHANGES_BASE.test(begun))
    throw new UserError(
      `${path}: with init_lora_weights ${JSON.stringify(begun)} PEFT changed the base's weights before it trained, and the adapter does not fit the base as it was. Save it with PEFT's path_initial_model_for_weight_conversion; or, where the adapter lies on the changed base that was saved with it, name that base and set init_lora_weights to true.`
    );
  refuseOtherArithmetic(path, config);
  const number = (key: string, fallback: number): number => {
    const found = config[key] ?? fallback;
    if (typeof found === "number" && Number.isFinite(found)) return found;
    throw new UserError(`${path}: ${key} is ${JSON.stringify(found)}, not a number.`);
  };
  const pattern = (key: string): [RegExp, number][] =>
    Object.entries((config[key] ?? {}) as Record<string, unknown>).map(([text, n]) => {
      try {
        if (typeof n === "number" && Number.isFinite(n)) return [new RegExp(`^(?:.*\\.)?(?:${text})$`), n];
      } catch {
        // Falls through to the error below: Python allows a few patterns that JavaScript does not.
      }
      throw new UserError(`${path}: ${key} entry ${JSON.stringify(text)} is no pattern with a number.`);
    });
  if (!(number("r", 8) > 0)) throw new UserError(`${path}: r is ${number("r", 8)}, not a rank above 0.`);
  return {
    r: number("r", 8),
    alpha: number("lora_alpha", 8),
    rslora: config.use_rslora === true,
    fanInFanOut: config.fan_in_fan_out === true,
    useDora: config.use_dora === true,
    rankPattern: pattern("rank_pattern"),
    alphaPattern: pattern("alpha_pattern"),
    modulesToSave: Array.isArray(config.modules_to_save)
      ? config.modules_to_save.filter((one) => typeof one === "string")
      : undefined,
    ensureWeightTying: config.ensure_weight_tying === true,
    unknown: unknownMembers(config)
  };
}

/** Rank and scale (alpha / r, or alpha / sqrt(r) with rslora) of one module; the first pattern that matches wins. */
export function adapterScale(config: AdapterConfig, module: string): {rank: number; scale: number} {
  const find = (patterns: readonly [RegExp, number][]) => patterns.find(([regex]) => regex.test(module))?.[1];
  const rank = find(config.rankPattern) ?? config.r;
  const alpha = find(config.alphaPattern) ?? config.alpha;
  return {rank, scale: config.rslora ? alpha / Math.sqrt(rank) : alpha / rank};
}
