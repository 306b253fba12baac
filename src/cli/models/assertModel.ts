import {readdir, stat} from "node:fs/promises";
import {basename, dirname, join} from "node:path";
import {ggufParts} from "../../inference/localModels/index.js";
import {readGguf} from "../../weights/gguf/index.js";
import {openCheckpoint, readHeader} from "../../weights/safetensors/index.js";
import {UserError} from "../../base/validation/index.js";

/** Throws a UserError where the weights of a GGUF file, a checkpoint's or an adapter's folder are missing, cut short or something else. */
export async function assertModel(path: string): Promise<void> {
  if ((await stat(path)).isFile()) {
    for (const part of ggufParts(basename(path))) await readGguf(join(dirname(path), part));
    return;
  }
  const names = await readdir(path);
  if (names.includes("adapter_config.json")) await assertAdapter(path, names);
  else if (names.includes("config.json")) await openCheckpoint(path);
}

async function assertAdapter(path: string, names: readonly string[]): Promise<void> {
  const weights = names.filter((name) => name.endsWith(".safetensors"));
  if (weights.length === 0)
    throw new UserError(
      `The adapter ${path} has no .safetensors file. Convert its weights to safetensors first (pickled weights are never opened).`
    );
  for (const name of weights) await readHeader(join(path, name));
}
