import {basename, dirname, join} from "node:path";
import {type GgufFile, readGguf} from "../../weights/gguf/read.js";
import {UserError} from "../../base/validation/errors.js";
import {partsOf} from "./splitGguf.js";

/**
 * Throws a UserError when an adapter changes the embedding of a model that has no head of its own: llama.cpp would end the
 * process at the first request.
 */
export async function refuseOnTied(adapter: GgufFile, model: string): Promise<void> {
  if (!adapter.tensors.some(({name}) => name.startsWith("token_embd."))) return;
  for (const part of partsOf(basename(model))) {
    const {tensors} = await readGguf(join(dirname(model), part));
    if (tensors.some(({name}) => name === "output.weight")) return;
  }
  throw new UserError(
    `The adapter ${adapter.path} changes the embedding of ${model}, which is its head, too (tied). llama.cpp cannot do that: merge the adapter into its base (assay merge) and serve the result.`
  );
}
