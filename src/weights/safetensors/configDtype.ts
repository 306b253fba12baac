/** The floats that config.json can name as a checkpoint's dtype. */
export type NamedDtype = "F32" | "F16" | "BF16";

const NAMES: Record<NamedDtype, string> = {F32: "float32", F16: "float16", BF16: "bfloat16"};

/** `torch_dtype`, or `dtype` as newer files call it. */
const KEYS = ["torch_dtype", "dtype"];

/** Names the dtype under the key a config.json has for it, under `torch_dtype` when it has none. */
export function nameDtype(config: Record<string, unknown>, dtype: NamedDtype): void {
  const keys = KEYS.filter((key) => typeof config[key] === "string");
  for (const key of keys.length > 0 ? keys : ["torch_dtype"]) config[key] = NAMES[dtype];
}

/** Whether a config.json names another dtype than this. */
export function namesOtherDtype(config: Readonly<Record<string, unknown>>, dtype: NamedDtype): boolean {
  return KEYS.some((key) => typeof config[key] === "string" && config[key] !== NAMES[dtype]);
}
