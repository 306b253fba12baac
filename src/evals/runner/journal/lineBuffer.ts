const BUFFER_BYTES = 1 << 18;
/** UTF-8, of one code unit. */
const MOST_BYTES = 3;
const LINE_BREAK = 10;

/** Lines on their way to a file. */
export interface LineBuffer {
  /** Adds a record with one more member before its own; writes what was added before where both have no room. */
  add(first: string, record: string): void;
  flush(): void;
}

/**
 * Encodes lines at once into a place of their own: as texts, hundreds of them would outlive what they were made of, and be
 * collected at a higher price.
 * @param write takes the first bytes of what it is given before it returns
 */
export function lineBuffer(write: (bytes: Buffer, length: number) => void): LineBuffer {
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  let used = 0;
  const flush = () => {
    const length = used;
    used = 0;
    if (length > 0) write(buffer, length);
  };
  return {
    add(first, record) {
      const start = `{${first}${record === "{}" ? "" : ","}`;
      const bound = start.length + MOST_BYTES * record.length;
      if (used + bound > BUFFER_BYTES) flush();
      if (bound > BUFFER_BYTES) {
        const bytes = Buffer.from(`${start}${record.slice(1)}\n`);
        return write(bytes, bytes.length);
      }
      // The last character of the start takes the place of the record's brace.
      const from = used + start.length - 1;
      const end = from + buffer.write(record, from);
      buffer.write(start, used, "latin1");
      buffer[end] = LINE_BREAK;
      used = end + 1;
    },
    flush
  };
}
