import {crc32, deflateRawSync} from "node:zlib";

export interface ZipMember {
  name: string;
  content: Buffer;
  /** 0 stored, 8 deflated, 93 zstd. */
  method?: 0 | 8 | 93;
  /** The packed bytes, for methods that are not packed here. */
  packed?: Buffer;
  /** Size the directory tells instead of the true one. */
  toldSize?: number;
}

/** The bytes of a zip file. */
export function zipFile(members: readonly ZipMember[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const {name, content, method = 8, packed, toldSize = content.length} of members) {
    const data = packed ?? (method === 8 ? deflateRawSync(content) : content);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x800, 2);
    fields.writeUInt16LE(method, 4);
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(toldSize, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([signed(0x04034b50), fields, Buffer.from(name), data]);
    directory.push(
      Buffer.concat([signed(0x02014b50), u16(20), fields, Buffer.alloc(10), u32(offset), Buffer.from(name)])
    );
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = [signed(0x06054b50), u16(0), u16(0), u16(members.length), u16(members.length)];
  return Buffer.concat([...parts, central, ...end, u32(central.length), u32(offset), u16(0)]);
}

const signed = (value: number) => u32(value);

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
