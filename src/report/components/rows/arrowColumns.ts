import type {Data, Table, Vector} from "apache-arrow";

/** A table's columns as plain arrays, each read once, when it is first asked for. */
export interface ArrowColumns {
  /** Numbers of a column, NaN where there is none; undefined without the column. */
  numbers(name: string): Float64Array | undefined;
  /** Texts of a column: `texts[codes[row]]`, −1 where there is none; undefined without the column. */
  texts(name: string): {codes: Int32Array; texts: readonly string[]} | undefined;
  /** The text of one cell. A column in which nothing repeats is read cell by cell: most of it is never asked for. */
  text(name: string, row: number): string | undefined;
}

/** A million cells are read in tens of milliseconds, where asking Arrow for each takes a second. */
export function arrowColumns(table: Table): ArrowColumns {
  const columns = remembered((name) => table.getChild(name));
  const texts = remembered((name) => {
    const column = columns(name);
    return column ? codedTexts(column) : undefined;
  });
  return {
    numbers: remembered((name) => {
      const column = columns(name);
      return column ? numbersOf(column) : undefined;
    }),
    texts,
    text(name, row) {
      const column = columns(name);
      if (column && !column.data.some(({dictionary}) => dictionary))
        return (column.get(row) as string | null) ?? undefined;
      const found = texts(name);
      return found?.texts[found.codes[row] ?? -1];
    }
  };
}

function remembered<T>(make: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    if (!known.has(name)) known.set(name, make(name));
    return known.get(name)!;
  };
}

function numbersOf(column: Vector): Float64Array {
  const numbers = new Float64Array(column.length).fill(NaN);
  const bits = String(column.type) === "Bool";
  eachChunk(column, (data, start) => {
    const values = data.values as ArrayLike<number>;
    if (bits) {
      for (let i = 0; i < data.length; i++)
        if (isThere(data, i)) numbers[start + i] = bitAt(values, data.offset + i);
      return;
    }
    for (let i = 0; i < data.length; i++) if (isThere(data, i)) numbers[start + i] = values[i]!;
  });
  return numbers;
}

function codedTexts(column: Vector): {codes: Int32Array; texts: string[]} {
  const codes = new Int32Array(column.length).fill(-1);
  const texts: string[] = [];
  const codeOf = new Map<string, number>();
  const code = (text: string) => {
    let found = codeOf.get(text);
    if (found === undefined) {
      found = texts.push(text) - 1;
      codeOf.set(text, found);
    }
    return found;
  };
  eachChunk(column, (data, start) => {
    if (data.dictionary) {
      const indices = data.values as ArrayLike<number>;
      const known = Array.from(data.dictionary as Iterable<string | null>, (text) =>
        text === null ? -1 : code(text)
      );
      for (let i = 0; i < data.length; i++) if (isThere(data, i)) codes[start + i] = known[indices[i]!]!;
      return;
    }
    for (let i = 0; i < data.length; i++) {
      const text = column.get(start + i) as string | null;
      if (text !== null) codes[start + i] = code(text);
    }
  });
  return {codes, texts};
}

function eachChunk(column: Vector, read: (data: Data, start: number) => void): void {
  let start = 0;
  for (const data of column.data) {
    read(data, start);
    start += data.length;
  }
}

function isThere(data: Data, i: number): boolean {
  if (data.nullCount === 0) return true;
  return bitAt(data.nullBitmap, data.offset + i) === 1;
}

function bitAt(bytes: ArrayLike<number>, bit: number): number {
  return (bytes[bit >> 3]! >> (bit & 7)) & 1;
}
