import {readFile, utimes, writeFile} from "node:fs/promises";

const TIME = 1_500_000_000;

/** Gives a file a time of its own that it can have again. */
export const settled = (path: string) => utimes(path, TIME, TIME);

/** Changes a settled file's last byte, and leaves its size and the time of its content as they were. */
export async function replacedUnseen(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length - 1]! ^= 1;
  await writeFile(path, bytes);
  await settled(path);
}
