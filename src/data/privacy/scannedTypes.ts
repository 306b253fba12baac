/** As words of a type's name: a member of a structure that is called so costs a look, no more. */
const TEXT = /\b(?:VARCHAR|JSON|ENUM)\b/i;
const NUMBER = /\b(?:U?INTEGER|U?BIGINT|U?HUGEINT|FLOAT|DOUBLE|BIGNUM|VARINT|DECIMAL)\b/i;

const REASONS: readonly [type: RegExp, reason: string][] = [
  [/^(?:DATE|TIME|INTERVAL)/i, "dates and times"],
  [/^BOOLEAN/i, "yes or no"],
  [/^U?(?:TINY|SMALL)INT/i, "numbers of five digits at most"],
  [/^UUID/i, "random ids"],
  [/^(?:BLOB|BIT|GEOMETRY)/i, "bytes"]
];

/** Whether cells of a type can hold what is looked for, be it within lists and structures: text, or numbers of seven digits. */
export const isScanned = (type: string) => TEXT.test(type) || NUMBER.test(type);

/** What a type holds that is not looked at. */
export function whyNotScanned(type: string): string {
  return REASONS.find(([shape]) => shape.test(type))?.[1] ?? "neither text nor numbers of seven digits";
}
