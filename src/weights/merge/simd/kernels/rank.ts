import {i32, i32x4, v128, type WasmValue} from "../instructions.js";
import {type Body, kernel, type Local} from "../kernel.js";

const MAGNITUDE = 0x7fffffff;

/** The bits in which magnitudes differ from the first one; there must be one. */
export const varyingBits = kernel({values: "f32"}, (b, {values}) => {
  const first = b.local("i32", i32.load(values));
  const firsts = b.keep(i32x4.splat(first));
  const seen = b.local("v128");
  b.loop(4, () => b.set(seen, v128.or(seen, v128.xor(v128.load(values), firsts))));
  const found = b.local(
    "i32",
    [0, 1, 2, 3].map((lane) => i32x4.lane(seen, lane)).reduce((all, lane) => i32.or(all, lane))
  );
  b.loop(1, () => b.set(found, i32.or(found, i32.xor(i32.load(values), first))));
  return i32.and(found, i32.const(MAGNITUDE));
});

/** Counts a digit of magnitudes: their bits from `shift` on that `digit` masks. */
export const countDigits = kernel(
  {values: "f32", counts: "table", shift: "integer", digit: "integer"},
  (b, {values, counts, shift, digit}) => {
    unrolled(b, (lane) => {
      const at = b.local("i32", entry(counts, i32.and(i32.shrU(i32.load(values, 4 * lane), shift), digit)));
      b.storeWord(at, i32.add(i32.load(at), i32.const(1)));
    });
    return undefined;
  }
);

/** Turns counts into the places where each bucket begins. */
export const startsOf = kernel({counts: "f32"}, (b, {counts}) => {
  const sum = b.local("i32");
  unrolled(b, (lane) => {
    const at = b.local("i32", i32.add(counts, i32.const(4 * lane)));
    const own = b.local("i32", i32.load(at));
    b.storeWord(at, sum);
    b.set(sum, i32.add(sum, own));
  });
  return undefined;
});

/** Puts positions in the order of a digit, at the places that the table says and moves on. */
export const placeByDigit = kernel(
  {from: "f32", to: "table", values: "table", places: "table", shift: "integer", digit: "integer"},
  (b, {from, to, ...digits}) => {
    unrolled(b, (lane) => {
      const position = b.local("i32", i32.load(from, 4 * lane));
      b.storeWord(entry(to, taken(b, position, digits)), position);
    });
    return undefined;
  }
);

/** The last digit: writes what is given for each place to the position's entry, the entries of each four backwards. */
export const writeByDigit = kernel(
  {
    from: "f32",
    given: "table",
    into: "table",
    start: "integer",
    values: "table",
    places: "table",
    shift: "integer",
    digit: "integer"
  },
  (b, {from, given, into, start, ...digits}) => {
    unrolled(b, (lane) => {
      const position = b.local("i32", i32.load(from, 4 * lane));
      const found = i32.load(entry(given, taken(b, position, digits)));
      b.storeWord(entry(into, i32.xor(i32.add(start, position), i32.const(3))), found);
    });
    return undefined;
  }
);

/** The next place of a position's digit. */
function taken(
  b: Body,
  position: Local<"i32">,
  {values, places, shift, digit}: Record<"values" | "places" | "shift" | "digit", Local<"i32">>
): Local<"i32"> {
  const bits = i32.load(entry(values, position));
  const slot = b.local("i32", entry(places, i32.and(i32.shrU(bits, shift), digit)));
  const place = b.local("i32", i32.load(slot));
  b.storeWord(slot, i32.add(place, i32.const(1)));
  return place;
}

function entry(table: WasmValue<"i32">, index: WasmValue<"i32">): WasmValue<"i32"> {
  return i32.add(table, i32.shl(index, i32.const(2)));
}

/** Four values a step, then the rest one by one. */
function unrolled(b: Body, statements: (lane: number) => void): void {
  b.loop(4, () => [0, 1, 2, 3].forEach(statements));
  b.loop(1, () => statements(0));
}
