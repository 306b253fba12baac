import {open} from "node:fs/promises";
import {writeAtomic} from "../../base/system/files.js";
import {buildHeader, type PlannedTensor} from "./header.js";

/** A tensor with its little-endian bytes, or what makes them when their turn comes. */
export type WrittenTensor = PlannedTensor & {data: Uint8Array | (() => Uint8Array)};

/**
 * Writes one safetensors file through a temporary one: canonical order, so equal tensors and metadata give equal
 * bytes whatever their order here.
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly WrittenTensor[],
  metadata?: Readonly<Record<string, string>>
): Promise<void> {
  const {head, entries} = buildHeader(tensors, metadata);
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor.data]));
  await writeAtomic(path, async (temporary) => {
    const handle = await open(temporary, "w");
    try {
      // Not `write`, which on a full disk writes a part and says nothing.
      await handle.writeFile(head);
      for (const {name, bytes} of entries) {
        const given = byName.get(name)!;
        const data = typeof given === "function" ? given() : given;
        if (data.byteLength !== bytes)
          throw new Error(`${name}: ${data.byteLength} bytes instead of ${bytes}`);
        await handle.writeFile(data);
      }
    } finally {
      await handle.close();
    }
  });
}
