import {open} from "node:fs/promises";
import {writeAtomic} from "../store/files.js";
import {buildHeader, type PlannedTensor} from "./header.js";

/**
 * Writes one safetensors file through a temporary one: canonical order, so equal tensors and metadata give equal
 * bytes whatever their order here. `data` are the little-endian bytes.
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly (PlannedTensor & {data: Uint8Array})[],
  metadata?: Readonly<Record<string, string>>
): Promise<void> {
  const {head, entries} = buildHeader(tensors, metadata);
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor.data]));
  await writeAtomic(path, async (temporary) => {
    const handle = await open(temporary, "w");
    try {
      await handle.write(head, 0, head.byteLength, 0);
      for (const {name, offset, bytes} of entries) {
        const data = byName.get(name)!;
        if (data.byteLength !== bytes)
          throw new Error(`${name}: ${data.byteLength} bytes instead of ${bytes}`);
        await handle.write(data, 0, bytes, offset);
      }
    } finally {
      await handle.close();
    }
  });
}
