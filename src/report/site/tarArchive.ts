import {gzipSync} from "node:zlib";

const BLOCK = 512;

/**
 * A tar archive of files with short ASCII names, in the ustar format; equal files give equal bytes; gzipped unless told. Framework takes
 * one from a page loader and serves its files.
 */
export function tarArchive(
  files: readonly {name: string; content: string | Uint8Array}[],
  {compressed = true}: {compressed?: boolean} = {}
): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (const {name, content} of files) {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    blocks.push(header(name, bytes.length), bytes, Buffer.alloc(-bytes.length & (BLOCK - 1)));
  }
  const archive = Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
  return compressed ? gzipSync(archive) : archive;
}

/** The files of an archive that `tarArchive` made, uncompressed, in its order. */
export function* readTarArchive(archive: Uint8Array): Generator<{name: string; content: Uint8Array}> {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.length);
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0;) {
    const [name = ""] = bytes.toString("latin1", at, at + 100).split("\0");
    const size = parseInt(bytes.toString("latin1", at + 124, at + 135), 8);
    yield {name, content: bytes.subarray(at + BLOCK, at + BLOCK + size)};
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
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
