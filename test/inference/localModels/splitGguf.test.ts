import {mkdtemp, readFile, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, expect, it} from "vitest";
import {findModel, localModel, ggufParts, runnable} from "../../../src/inference/localModels/index.js";
import {bytesWithParts} from "../../../src/inference/localModels/splitGguf.js";
import {readGguf} from "../../../src/weights/gguf/read.js";
import type {MetadataValue} from "../../../src/weights/gguf/values.js";
import {writeGguf} from "../../../src/weights/gguf/write.js";
import {openWorkspace, type Workspace} from "../../../src/base/store/index.js";
import {tinyLanguageModel} from "../../support/tinyLanguageModel.js";

let folder: string;
let workspace: Workspace;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-split-"));
  workspace = await openWorkspace(folder, join(folder, "store"));
});
afterAll(() => rm(folder, {recursive: true}));

/** Writes a GGUF file as two parts, as llama-gguf-split does. */
async function split(path: string, stem: string): Promise<string> {
  const {metadata, tensors} = await readGguf(path);
  const bytes = await readFile(path);
  const half = Math.ceil(tensors.length / 2);
  for (const [no, own] of [tensors.slice(0, half), tensors.slice(half)].entries()) {
    const values = new Map<string, MetadataValue>(no === 0 ? metadata : []);
    values.set("split.no", {type: "uint16", value: no});
    values.set("split.count", {type: "uint16", value: 2});
    values.set("split.tensors.count", {type: "int32", value: tensors.length});
    const planned = own.map(({name, type, shape, offset, bytes: length}) => ({
      name,
      type,
      shape,
      bytes: () => bytes.subarray(offset, offset + length)
    }));
    await writeGguf(`${stem}-0000${no + 1}-of-00002.gguf`, values, planned);
  }
  return `${stem}-00002-of-00002.gguf`;
}

it("a model in two files answers as it does in one, whichever of them is named", async () => {
  await tinyLanguageModel(join(folder, "tiny"));
  const {path} = await runnable(await findModel("tiny", workspace), workspace);
  const second = await split(path, join(folder, "tiny"));
  expect(await bytesWithParts(second)).toBeGreaterThan((await readFile(path)).length);
  const answers = [];
  for (const source of [path, second]) {
    const model = localModel(source, {workspace, threads: 1, parallel: 1, contextTokens: 128});
    try {
      const messages = [{role: "user" as const, content: "the same?"}];
      const params = {temperature: 0, max_tokens: 8, logprobs: true};
      answers.push((await model.complete({model: "any", messages, params})).logprobs);
    } finally {
      await model.close!();
    }
  }
  expect(answers[1]).toEqual(answers[0]);
});

it("only names that count their parts are of split files", () => {
  expect(ggufParts("a/m-00002-of-00002.gguf")).toEqual([
    "a/m-00001-of-00002.gguf",
    "a/m-00002-of-00002.gguf"
  ]);
  for (const whole of ["m.gguf", "m-00003-of-00002.gguf", "m-00000-of-00002.gguf", "m-1-of-2.gguf"])
    expect(ggufParts(whole)).toEqual([whole]);
});
