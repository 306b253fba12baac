import {dirname} from "node:path";
import {answerDifferences} from "../../weights/gguf/goldenAnswers.js";
import {describedFiles} from "../../weights/gguf/goldenGguf.js";
import {workFolder} from "../../weights/merge/support.js";
import type {ExactFigure, Figure, Reader} from "../figure.js";
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
        ...(await answers(item, work.path)),
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

/** What llama.cpp answers on the F32 file, against what the reference answers on the checkpoint. */
async function answers(item: Item, work: string): Promise<Figure[]> {
  const notes = jsonFiles(item, (content) => has(content, "tolerance", "measured"))[0];
  if (notes === undefined || !item.files.includes("expected.safetensors")) return [];
  const folder = dirname(item.path("config.json"));
  const {logits, adapterLogits, greedy, greedySame} = await answerDifferences(folder, work, forcedName(item));
  const within = (name: string, ours: number): Figure => ({
    name,
    ours,
    published: {file: notes, path: ["tolerance", "logits_atol"]},
    agrees: ([found], [most]) => found! <= most!
  });
  return [
    within("llama.cpp's logits on our file, largest difference", logits),
    ...(adapterLogits === undefined ? [] : [within("the same with our adapter on", adapterLogits)]),
    {
      name: "greedy tokens that are the reference's",
      ours: greedySame,
      published: {
        file: notes,
        path: ["measured", "llama_cpp_vs_torch", "f32", "greedy_same"],
        words: {[`${greedy}/${greedy}`]: greedy}
      }
    }
  ];
}

/** A note with the item may say that the reference was told a pre-tokenizer, where the tokenizer has another. */
function forcedName(item: Item): string | undefined {
  const notes = jsonFiles(item, (content) => has(content, "how") && typeof content.how === "string");
  const how = notes.map((file) => String((item.json(file) as {how: string}).how)).find(Boolean);
  return how && /pre-tokenizer name forced to ([\w.-]+)/.exec(how)?.[1];
}
