import {createHash} from "node:crypto";
import {existsSync} from "node:fs";
import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {
  convertAdapter,
  convertCheckpoint,
  type GgufFile,
  libraryQuantiser,
  type MetadataValue,
  type Quantise,
  readGguf,
  readGgufTensor,
  tensorType
} from "../../../src/weights/gguf/index.js";

const FILES = ["f32", "f16", "bf16", "q8_0"];
const BLOCKS = ["Q4_0", "Q4_1", "Q5_0", "Q5_1"];

/** What a GGUF file holds, in the words of the golden folder. */
export interface Described {
  /** "f32", "adapter-f16". */
  name: string;
  /** The file of an adapter with rsLoRA, whose scale the reference stores as it is not meant. */
  ownScale: boolean;
  content: unknown;
}

/** Writes every kind of file from a checkpoint folder and its adapter, and describes them. */
export async function describedFiles(
  folder: string,
  work: string,
  preTokenizer: string | undefined
): Promise<{files: Described[]; tensors: unknown}> {
  const quantise = await libraryQuantiser();
  const files: Described[] = [];
  let tensors: unknown;
  for (const type of FILES) {
    const file = join(work, `${type}.gguf`);
    await convertCheckpoint(folder, file, type, {quantise, preTokenizer});
    files.push({name: type, ownScale: false, content: await contentOf(file)});
    if (type === "f32") tensors = await quantised(await readGguf(file), quantise);
  }
  const adapter = join(folder, "adapter");
  if (!existsSync(adapter)) return {files, tensors};
  const config = await json(join(folder, "config.json"));
  const {use_rslora: ownScale} = await json(join(adapter, "adapter_config.json"));
  for (const type of FILES) {
    const file = join(work, `adapter-${type}.gguf`);
    await convertAdapter(adapter, config, file, type, {quantise});
    files.push({name: `adapter-${type}`, ownScale: ownScale === true, content: await contentOf(file)});
  }
  return {files, tensors};
}

async function json(path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
}

async function contentOf(path: string) {
  return described(await readGguf(path), await readFile(path));
}

function described(file: GgufFile, bytes: Buffer) {
  return {
    file_bytes: file.fileBytes,
    file_sha256: sha256(bytes),
    alignment: file.alignment,
    data_offset: file.dataStart,
    metadata: {
      "GGUF.version": file.version,
      "GGUF.tensor_count": file.tensors.length,
      "GGUF.kv_count": file.metadata.size,
      ...Object.fromEntries([...file.metadata].map(([key, value]) => [key, shown(value)]))
    },
    tensors: file.tensors.map(({name, type, shape, bytes: length, offset}) => ({
      name,
      type: type.name,
      ne: shape,
      n_bytes: length,
      offset,
      sha256: sha256(bytes.subarray(offset, offset + length))
    }))
  };
}

/** Long lists are published by their length, ends and the hash of their JSON. */
function shown(value: MetadataValue) {
  if (value.type !== "array") return {type: value.type, value: value.value};
  const list = [...value.value] as (string | number)[];
  return {
    type: `array/${value.of}`,
    length: list.length,
    first: list.slice(0, 4),
    last: list.slice(-2),
    value: list,
    sha256_of_json: sha256(Buffer.from(JSON.stringify(list)))
  };
}

/** Tensors of the F32 file in the plain block formats. */
async function quantised(
  file: GgufFile,
  quantise: Quantise
): Promise<Record<string, {n_bytes: number; sha256: string}>> {
  const exact: Record<string, {n_bytes: number; sha256: string}> = {};
  for (const tensor of file.tensors) {
    if (tensor.shape.length < 2) continue;
    const values = new Float32Array((await readGgufTensor(file, tensor)).buffer);
    for (const block of BLOCKS) {
      const type = tensorType(block);
      if (tensor.shape[0]! % type.block !== 0) continue;
      const bytes = quantise(type, values, tensor.shape[0]!);
      exact[`${block}|${tensor.name}`] = {n_bytes: bytes.byteLength, sha256: sha256(bytes)};
    }
  }
  return exact;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
