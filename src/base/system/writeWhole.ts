import {writeSync} from "node:fs";

/** Writes the first `length` bytes at a position of a file: the system may take them in parts. */
export function writeWhole(fd: number, bytes: Uint8Array, length: number, position: number): void {
  for (let at = 0; at < length;) at += writeSync(fd, bytes, at, length - at, position + at);
}
