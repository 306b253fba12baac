import {stat} from "node:fs/promises";
import {basename, dirname, join} from "node:path";

const PART = /^(.*-)(\d{5})-of-(\d{5})\.gguf$/s;

/** The names of all parts of a GGUF file that is split (`x-00001-of-00003.gguf`), the first first; of another file its own. */
export function ggufParts(name: string): string[] {
  const [, stem, own, total] = PART.exec(name) ?? [];
  if (total === undefined || Number(own) < 1 || Number(own) > Number(total)) return [name];
  return Array.from(
    {length: Number(total)},
    (_, i) => `${stem}${String(i + 1).padStart(5, "0")}-of-${total}.gguf`
  );
}

/** The bytes of a GGUF file with all its parts. */
export async function bytesWithParts(path: string): Promise<number> {
  const sizes = await Promise.all(
    ggufParts(basename(path)).map(async (part) => (await stat(join(dirname(path), part))).size)
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
