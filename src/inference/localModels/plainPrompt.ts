import {openCheckpointFolder, readGguf, textOf, tokenizerMetadata} from "../../weights/gguf/index.js";
import type {ModelFiles} from "./modelFiles.js";
import {firstToken} from "./vocabulary.js";

/**
 * Whether prompts begin with the model's first token because no chat template makes them. Told without loading the model;
 * false for one that cannot be read.
 */
export async function beginsWithFirst(model: ModelFiles, preTokenizer?: string): Promise<boolean> {
  if (model.kind === "adapter") return beginsWithFirst(model.base!, preTokenizer);
  try {
    const metadata =
      model.kind === "gguf"
        ? (await readGguf(model.path)).metadata
        : tokenizerMetadata(await openCheckpointFolder(model.path), {preTokenizer});
    return (
      textOf({metadata}, "tokenizer.chat_template") === undefined && firstToken({metadata}) !== undefined
    );
  } catch {
    return false;
  }
}
