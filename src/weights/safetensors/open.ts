import {existsSync, statSync} from "node:fs";
import {open, readdir, readFile} from "node:fs/promises";
import {join, resolve} from "node:path";
import {assertRegularFile} from "../../base/system/regularFile.js";
import {UserError} from "../../base/validation/errors.js";
import {type Header, headerLength, parseHeader, type TensorEntry} from "./header.js";
import {assertTextFile} from "../../base/system/regularFile.js";

const INDEX = "model.safetensors.index.json";

export interface StoredTensor extends TensorEntry {
  file: string;
}

/** A checkpoint on disk: where each tensor lies, nothing of its data. */
export interface Checkpoint {
  folder: string;
  /** Absolute paths of the weight files. */
  files: string[];
  tensors: Map<string, StoredTensor>;
  metadata: Record<string, string>;
}

/** Reads and checks the header of one safetensors file. */
export async function readHeader(file: string): Promise<Header> {
  await assertRegularFile(file);
  const handle = await open(file, "r").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT")
      throw new UserError(`${file} does not exist. Correct the path, or fetch the model first.`, {cause});
    throw cause;
  });
  try {
    const {size} = await handle.stat();
    const first = Buffer.alloc(8);
    const {bytesRead} = await handle.read(first, 0, 8, 0);
    const length = headerLength(file, first.subarray(0, bytesRead), size);
    const json = Buffer.alloc(length);
    await handle.read(json, 0, length, 8);
    return parseHeader(file, json, size);
  } finally {
    await handle.close();
  }
}

/**
 * Opens a checkpoint: a .safetensors file, or a folder with model.safetensors, an index of shards, or several files
 * with distinct names. Shards missing from disk, tensors missing from their shard and tensors the index does not
 * know are errors.
 */
export async function openCheckpoint(path: string): Promise<Checkpoint> {
  const folder = resolve(path);
  if (!existsSync(folder))
    throw new UserError(`The model ${path} does not exist. Correct the path, or fetch the model first.`);
  if (statSync(folder).isFile()) return fromFiles(resolve(folder, ".."), [folder]);
  if (existsSync(join(folder, INDEX))) return fromIndex(folder);
  const names = (await readdir(folder)).filter((name) => name.endsWith(".safetensors")).sort();
  if (names.includes("model.safetensors")) return fromFiles(folder, [join(folder, "model.safetensors")]);
  const weights = names.filter((name) => !name.startsWith("adapter_"));
  if (weights.length === 0)
    throw new UserError(
      `The model ${path} has no .safetensors file. Convert its weights to safetensors first (pickled weights are never opened).`
    );
  const shard = weights.find((name) => /-\d{5}-of-\d{5}\.safetensors$/.test(name));
  if (shard !== undefined)
    throw new UserError(`The model ${path} has the shard ${shard} but no ${INDEX}. Fetch the index too.`);
  return fromFiles(
    folder,
    weights.map((name) => join(folder, name))
  );
}

async function fromFiles(folder: string, files: string[]): Promise<Checkpoint> {
  const checkpoint: Checkpoint = {folder, files, tensors: new Map(), metadata: {}};
  for (const file of files) {
    const header = await readHeader(file);
    Object.assign(checkpoint.metadata, header.metadata);
    for (const tensor of header.tensors) {
      const other = checkpoint.tensors.get(tensor.name);
      if (other)
        throw new UserError(
          `The tensor ${JSON.stringify(tensor.name)} is in ${other.file} and in ${file}. Remove one of the files.`
        );
      checkpoint.tensors.set(tensor.name, {...tensor, file});
    }
  }
  return checkpoint;
}

async function fromIndex(folder: string): Promise<Checkpoint> {
  const path = join(folder, INDEX);
  const map = await readIndex(path);
  const problems: string[] = [];
  const files = [...new Set(map.values())].sort();
  const checkpoint: Checkpoint = {folder, files: [], tensors: new Map(), metadata: {}};
  for (const name of files) {
    const file = join(folder, name);
    if (!existsSync(file)) {
      problems.push(`${path} names the shard ${name}, which is not there. Fetch it again.`);
      continue;
    }
    checkpoint.files.push(file);
    const header = await readHeader(file);
    Object.assign(checkpoint.metadata, header.metadata);
    for (const tensor of header.tensors) {
      if (map.get(tensor.name) === name) checkpoint.tensors.set(tensor.name, {...tensor, file});
      else if (!map.has(tensor.name))
        problems.push(
          `${file} holds the tensor ${JSON.stringify(tensor.name)}, which ${INDEX} does not list.`
        );
    }
  }
  for (const [tensor, name] of map)
    if (!checkpoint.tensors.has(tensor) && existsSync(join(folder, name)))
      problems.push(`${path} puts the tensor ${JSON.stringify(tensor)} in ${name}, which does not hold it.`);
  if (problems.length > 0) throw new UserError(problems.join("\n"));
  return checkpoint;
}

async function readIndex(path: string): Promise<Map<string, string>> {
  await assertTextFile(path);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new UserError(`${path} is not valid JSON (${(cause as Error).message}). Fetch it again.`, {cause});
  }
  const map = (value as {weight_map?: unknown} | null)?.weight_map;
  if (typeof map !== "object" || map === null || Array.isArray(map))
    throw new UserError(`${path} has no "weight_map". Fetch it again.`);
  const entries = Object.entries(map as Record<string, unknown>);
  for (const [tensor, file] of entries)
    if (typeof file !== "string" || !/^[^/\\]+\.safetensors$/.test(file))
      throw new UserError(
        `${path}: the tensor ${JSON.stringify(tensor)} is in no .safetensors file of the folder.`
      );
  return new Map(entries as [string, string][]);
}
