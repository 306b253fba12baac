import {gzipSync} from "node:zlib";

const BLOCK = 512;

/**
 * A gzipped tar archive of files with short ASCII names, in the ustar format; equal files give equal bytes. Framework takes
 * one from a page loader and serves its files.
 */
export function tarArchive(files: readonly {name: string; content: string}[]): Uint8Array {
  const blocks: Buffer[] = [];
  for (const {name, content} of files) {
    const bytes = Buffer.from(content);
    blocks.push(header(name, bytes.length), bytes, Buffer.alloc(-bytes.length & (BLOCK - 1)));
  }
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]));
}

function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0);
  block.write("0000644\0" + "0000000\0".repeat(2), 100);
  block.write(`${size.toString(8).padStart(11, "0")}\0${"0".repeat(11)}\0`, 124);
  block.write("        0", 148);
  block.write("ustar\u000000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}
