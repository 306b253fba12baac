import {canonicalOrder} from "./dtype.js";
import {buildHeader, type PlannedTensor, tensorBytes, type TensorEntry} from "./header.js";

/** What the ecosystem's writers use: bytes of tensor data in one file. */
export const DEFAULT_SHARD_BYTES = 5_000_000_000;

export interface Shard {
  name: string;
  head: Buffer;
  entries: TensorEntry[];
  bytes: number;
}

/** Splits tensors over files of at most `maxBytes` of data each; a larger tensor gets a file of its own. */
export function planShards(tensors: readonly PlannedTensor[], maxBytes = DEFAULT_SHARD_BYTES): Shard[] {
  const groups: PlannedTensor[][] = [];
  let filled = Infinity;
  for (const tensor of [...tensors].sort(canonicalOrder)) {
    const bytes = tensorBytes(tensor.dtype, tensor.shape);
    if (filled + bytes > maxBytes && !(filled === 0)) {
      groups.push([]);
      filled = 0;
    }
    groups.at(-1)!.push(tensor);
    filled += bytes;
  }
  return groups.map((group, i) => {
    const {head, entries, fileBytes} = buildHeader(group);
    const name =
      groups.length === 1
        ? "model.safetensors"
        : `model-${five(i + 1)}-of-${five(groups.length)}.safetensors`;
    return {name, head, entries, bytes: fileBytes};
  });
}

function five(n: number): string {
  return String(n).padStart(5, "0");
}

/** The index of several shards, tensors in name order. */
export function shardIndex(shards: readonly Shard[]): string {
  const map = shards.flatMap(({name, entries}) => entries.map((entry) => [entry.name, name] as const));
  map.sort(([a], [b]) => (a < b ? -1 : 1));
  const total = shards.reduce((sum, {entries}) => sum + entries.reduce((s, {bytes}) => s + bytes, 0), 0);
  return JSON.stringify({metadata: {total_size: total}, weight_map: Object.fromEntries(map)}, null, 2) + "\n";
}
