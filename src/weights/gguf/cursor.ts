import type {GgufScalar, ScalarType} from "./values.js";

/** More bytes of the file are needed. */
export class Incomplete extends Error {
  override name = "Incomplete";
}

/** Reads a header's little-endian values one after another. */
export class Cursor {
  position = 0;

  constructor(private readonly bytes: Buffer) {}

  private take(count: number): number {
    const at = this.position;
    if (at + count > this.bytes.length) throw new Incomplete();
    this.position += count;
    return at;
  }

  skip(count: number): void {
    this.take(count);
  }

  uint32(): number {
    return this.bytes.readUInt32LE(this.take(4));
  }

  /** A 64-bit count or offset; beyond 2⁵³ it is Infinity, which no file holds. */
  size(): number {
    const value = this.bytes.readBigUInt64LE(this.take(8));
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? Infinity : Number(value);
  }

  text(): string {
    const length = this.size();
    const at = this.take(length);
    return this.bytes.toString("utf8", at, at + length);
  }

  scalar(type: ScalarType): GgufScalar {
    switch (type) {
      case "uint8":
        return this.bytes.readUInt8(this.take(1));
      case "int8":
        return this.bytes.readInt8(this.take(1));
      case "uint16":
        return this.bytes.readUInt16LE(this.take(2));
      case "int16":
        return this.bytes.readInt16LE(this.take(2));
      case "uint32":
        return this.uint32();
      case "int32":
        return this.bytes.readInt32LE(this.take(4));
      case "float32":
        return this.bytes.readFloatLE(this.take(4));
      case "float64":
        return this.bytes.readDoubleLE(this.take(8));
      case "bool":
        return this.bytes.readUInt8(this.take(1)) !== 0;
      case "string":
        return this.text();
      case "uint64":
        return this.bytes.readBigUInt64LE(this.take(8));
      case "int64":
        return this.bytes.readBigInt64LE(this.take(8));
    }
  }
}
