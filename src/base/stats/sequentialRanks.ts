/** A value with a place among equal ones, drawn from 0 to 1 by what has nothing to do with it. */
export interface RankedValue<T> {
  value: T;
  tie: number;
}

/**
 * The rank of each new value among all before it and itself, from 0 to 1: the share of smaller ones, and of equal ones the part
 * that its `tie` says. Of exchangeable values these are independent and uniform.
 * @param before different values and how often each came
 */
export function sequentialRanks<T extends number | string>(
  before: readonly {value: T; count: number}[],
  values: readonly RankedValue<T>[]
): number[] {
  const known = new Set<T>(before.map(({value}) => value));
  for (const {value} of values) known.add(value);
  const sorted = [...known].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const placeOf = new Map(sorted.map((value, i) => [value, i + 1]));
  // Sums over ranges whose length is a power of two (Fenwick 1994): a value is added and ranked in the logarithm of their number.
  const sums = new Float64Array(sorted.length + 1);
  let total = 0;
  const add = (place: number, count: number): void => {
    total += count;
    for (let i = place; i < sums.length; i += i & -i) sums[i]! += count;
  };
  const upTo = (place: number): number => {
    let sum = 0;
    for (let i = place; i > 0; i -= i & -i) sum += sums[i]!;
    return sum;
  };
  for (const {value, count} of before) add(placeOf.get(value)!, count);
  return values.map(({value, tie}) => {
    const place = placeOf.get(value)!;
    add(place, 1);
    const less = upTo(place - 1);
    return (less + tie * (upTo(place) - less)) / total;
  });
}
