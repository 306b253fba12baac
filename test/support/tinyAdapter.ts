import {rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {writeSafetensors} from "../../src/weights/safetensors/index.js";
import {tinyLanguageModel} from "./tinyLanguageModel.js";

/** Writes a PEFT adapter's folder, for a model that `tinyLanguageModel` wrote; seeds give different ones. */
export async function tinyAdapter(folder: string, seed: number, base = "../tiny"): Promise<string> {
  await tinyLanguageModel(folder);
  await rm(join(folder, "model.safetensors"));
  const values = (length: number, step: number) =>
    new Uint8Array(Float32Array.from({length}, (_, i) => Math.sin((i + seed) * step)).buffer);
  const module = "base_model.model.model.layers.1.mlp.up_proj";
  await writeSafetensors(join(folder, "adapter_model.safetensors"), [
    {name: `${module}.lora_A.weight`, dtype: "F32", shape: [4, 64], data: values(256, 1.7)},
    {name: `${module}.lora_B.weight`, dtype: "F32", shape: [96, 4], data: values(384, 2.3)}
  ]);
  await writeFile(
    join(folder, "adapter_config.json"),
    JSON.stringify({
      peft_type: "LORA",
      r: 4,
      lora_alpha: 8,
      base_model_name_or_path: base,
      target_modules: ["up_proj"]
    })
  );
  return folder;
}
