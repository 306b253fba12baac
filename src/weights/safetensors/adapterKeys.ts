import {UserError} from "../../base/validation/errors.js";

/** Members under which an adapter is more, or other, than a product added to the weights of its base's own layers. */
const NOT_A_SUM: Readonly<Record<string, string>> = {
  alora_invocation_tokens: "the adapter works only behind certain tokens (aLoRA)",
  arrow_config: "adapters are chosen by token (Arrow)",
  kasa_config: "the base's weights are changed first (KaSA)",
  layer_replication: "its layers are those of a model with repeated layers",
  monteclora_config: "its weights are drawn (MonteCLoRA)",
  target_parameters: "it changes parameters that are no modules of their own",
  use_bdlora: "its factors are diagonal blocks (BD-LoRA)",
  use_qalora: "its inputs are pooled in groups (QA-LoRA)"
};

const KNOWN = new Set([
  // Read here, or by who merges.
  ..."peft_type r lora_alpha use_rslora use_dora fan_in_fan_out rank_pattern alpha_pattern".split(" "),
  ..."modules_to_save init_lora_weights bias lora_bias trainable_token_indices ensure_weight_tying".split(
    " "
  ),
  // The tensors that are saved say the same.
  ..."target_modules exclude_modules layers_to_transform layers_pattern".split(" "),
  // Of training, of how the adapter began, or about the file.
  ..."lora_dropout loftq_config eva_config corda_config lora_ga_config qalora_group_size".split(" "),
  ..."runtime_config megatron_core merge_weights task_type inference_mode auto_mapping".split(" "),
  ..."base_model_name_or_path revision peft_version velora_config".split(" ")
]);

/** Throws a UserError that names every member of an adapter_config.json with which the adapter is no sum with its base. */
export function refuseOtherArithmetic(path: string, config: Readonly<Record<string, unknown>>): void {
  const found = Object.entries(NOT_A_SUM).filter(([key]) => isSet(config[key]));
  if (found.length === 0) return;
  const lines = found.map(([key, why]) => `  ${key}: ${why}`);
  throw new UserError(
    `${path} sets what cannot be computed here as LoRA on the base's weights:\n${lines.join("\n")}\nWhere PEFT can merge the adapter (merge_and_unload), do so and name the result; otherwise train one without.`
  );
}

/** Members that are set and not known, which may change what the adapter does; sorted. */
export function unknownMembers(config: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(config)
    .filter((key) => isSet(config[key]) && !KNOWN.has(key) && NOT_A_SUM[key] === undefined)
    .sort();
}

/** What is to be said of an adapter with unknown members; undefined when it has none. */
export function unknownMembersNote(
  folder: string,
  {unknown = []}: {unknown?: readonly string[]}
): string | undefined {
  return unknown.length === 0
    ? undefined
    : `${folder}/adapter_config.json sets ${unknown.join(", ")}, which Assay does not know: the adapter is taken as LoRA without.`;
}

function isSet(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === "") return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}
