/** A number with what it counts: "1 row", "2 rows". */
export function plural(n: number, one: string): string {
  return `${n} ${n === 1 ? one : `${one}s`}`;
}
