import {stat} from "node:fs/promises";

/**
 * What the file system says of a file that tells whether it is still the same without reading it: where it lies on the
 * disk, its size, and when its content and its entry changed. The last cannot be set back, unlike the time of the content, which copying
 * and unpacking preserve. Throws when there is no file.
 */
export async function fileStamp(path: string): Promise<{bytes: number; stamp: string}> {
  const {dev, ino, size, mtimeNs, ctimeNs} = await stat(path, {bigint: true});
  return {bytes: Number(size), stamp: [dev, ino, size, mtimeNs, ctimeNs].join(" ")};
}
