import {dirname} from "node:path";
import {describedFiles} from "../../gguf/goldenGguf.js";
import {workFolder} from "../../merge/support.js";
import {type ExactFigure, type Reader} from "../figure.js";
import {has, type Item, jsonFiles} from "../item.js";

/** A checkpoint folder with the GGUF files that llama.cpp's converters made of it: metadata, tensors, whole files. */
export const ggufFiles: Reader = {
  kind: "checkpoint with its GGUF files",
  matches: (item) =>
    item.files.includes("model.safetensors") &&
    item.files.includes("tokenizer.json") &&
    item.files.some((file) => file.endsWith(".gguf")),
  async figures(item) {
    const work = await workFolder();
    try {
      const {files, tensors} = await describedFiles(
        dirname(item.path("config.json")),
        work.path,
        forcedName(item)
      );
      return [
        ...files.map(({name, content, ownScale}): ExactFigure => ({
          name: `${name}: the file, its metadata and tensors`,
          exact: content,
          published: {file: "expected.json", path: ["files", name]},
          // The reference does not look at use_rslora and stores alpha, and llama.cpp then scales wrongly: ours is alpha · √rank.
          except: ownScale ? /rerun_identical|file_sha256|adapter\.lora\.alpha/ : /rerun_identical/
        })),
        {
          name: "tensors in plain block formats",
          exact: tensors,
          published: {file: "expected.json", path: ["quantised"]}
        }
      ];
    } finally {
      await work.remove();
    }
  }
};

/** A note with the item may say that the reference was told a pre-tokenizer, where the tokenizer has another. */
function forcedName(item: Item): string | undefined {
  const notes = jsonFiles(item, (content) => has(content, "how") && typeof content.how === "string");
  const how = notes.map((file) => String((item.json(file) as {how: string}).how)).find(Boolean);
  return how && /pre-tokenizer name forced to ([\w.-]+)/.exec(how)?.[1];
}
