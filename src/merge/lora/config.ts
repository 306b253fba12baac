import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {type AdapterConfig, readAdapterConfig} from "../../safetensors/adapterConfig.js";
import {messageOf, UserError} from "../../store/errors.js";

/** What an adapter's adapter_config.json says. Throws a UserError when it cannot be read or tells of no LoRA. */
export async function adapterConfig(folder: string): Promise<AdapterConfig> {
  const path = join(folder, "adapter_config.json");
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new UserError(`${path} cannot be read (${messageOf(cause)}). Fetch the adapter again.`, {cause});
  }
  return readAdapterConfig(path, value);
}
