import {stat} from "node:fs/promises";
import {crc32} from "node:zlib";
import {Decompress} from "fzstd";
import type * as YauzlLibrary from "yauzl";
import type {Entry, ZipFile} from "yauzl";
import {messageOf, UserError} from "../../../../base/validation/index.js";
import {onFirstUse} from "../../../../base/system/index.js";

const yauzl = onFirstUse<typeof YauzlLibrary>("yauzl");

/** Most bytes of one entry, and how many times larger than the file all entries may be together. */
const LARGEST_ENTRY = 1 << 28;
const MOST_TIMES = 200;

const ZSTD = 93;

export interface Zip {
  /** Names of the entries in the order of the directory; of entries with one name the last counts. */
  readonly names: readonly string[];
  /** An entry's bytes, checked against size and CRC-32. Throws a UserError when they cannot be had. */
  read(name: string): Promise<Buffer>;
  close(): void;
}

/**
 * Opens a zip file whose entries are stored, deflated or packed by zstd. Nothing is written to disk. Throws a UserError
 * that names the file when it is no zip file or cut short, when a name leaves its folder, or when its entries would
 * unpack to far more than logs do.
 */
export async function openZip(file: string): Promise<Zip> {
  const refuse = (problem: string, cause?: unknown) =>
    new UserError(`${file} ${problem}. Fetch or write it again; nothing was read from it.`, {cause});
  let opened: ZipFile | undefined;
  try {
    const zip = (opened = await yauzl().openPromise(file, {autoClose: false, validateEntrySizes: true}));
    const entries = new Map<string, Entry>();
    let bytes = 0;
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith("/")) continue;
      entries.set(entry.fileName, entry);
      bytes += entry.uncompressedSize;
      if (entry.uncompressedSize > LARGEST_ENTRY)
        throw refuse(
          `unpacks ${entry.fileName} to ${entry.uncompressedSize} bytes, more than ${LARGEST_ENTRY}`
        );
    }
    if (bytes > LARGEST_ENTRY && bytes > MOST_TIMES * (await stat(file)).size)
      throw refuse(`would unpack to ${bytes} bytes, more than ${MOST_TIMES} times its size`);
    return {
      names: [...entries.keys()],
      read: async (name) => {
        const entry = entries.get(name);
        if (!entry) throw refuse(`has no ${name}`);
        const content = await unpacked(zip, entry).catch((cause: unknown) => {
          throw refuse(`is broken at ${name}: ${messageOf(cause)}`, cause);
        });
        if (crc32(content) !== entry.crc32) throw refuse(`is broken at ${name}: its checksum is wrong`);
        return content;
      },
      close: () => zip.close()
    };
  } catch (cause) {
    opened?.close();
    if (cause instanceof UserError) throw cause;
    throw refuse(`is no whole zip file: ${messageOf(cause)}`, cause);
  }
}

async function unpacked(zip: ZipFile, entry: Entry): Promise<Buffer> {
  if (entry.isEncrypted()) throw new Error("it is encrypted");
  const zstd = entry.compressionMethod === ZSTD;
  const parts: Uint8Array[] = [];
  let bytes = 0;
  const take = (part: Uint8Array) => {
    bytes += part.length;
    if (bytes > entry.uncompressedSize) throw new Error("it holds more than its directory says");
    parts.push(part);
  };
  const stream = await zip.openReadStreamPromise(entry, zstd ? {decodeFileData: false} : {});
  const unpack = zstd ? new Decompress(take) : undefined;
  for await (const part of stream as AsyncIterable<Buffer>)
    if (unpack) unpack.push(part);
    else take(part);
  unpack?.push(new Uint8Array(0), true);
  if (bytes < entry.uncompressedSize) throw new Error("it holds less than its directory says");
  return Buffer.concat(parts);
}
