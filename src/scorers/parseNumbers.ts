export interface NumberFormat {
  /** The decimal separator; the other of "." and "," is then a thousands separator. Default ".". */
  decimal?: "." | ",";
  /** Factor from a unit behind the number to the base unit: `{km: 1000, m: 1, million: 1e6}`. Case matters. */
  units?: Record<string, number>;
}

/**
 * Every number in a text, in order of occurrence: sign, currency sign, thousands separators (comma, apostrophe,
 * no-break and thin spaces, LaTeX's "{,}" and "\,"), Indian grouping ("1,23,456"), decimals, exponent. A minus between two
 * operands ("16-3") is no sign, digits inside a word ("H2O") are no number, and a percent sign is ignored. Numbers beyond the range of
 * doubles are left out.
 */
export function parseNumbers(text: string, {decimal = ".", units = {}}: NumberFormat = {}): number[] {
  // In LaTeX a comma between braces has no blank behind it.
  const [point, comma] = decimal === "." ? ["\\.", ",|\\{,\\}"] : [",|\\{,\\}", "\\."];
  const group = `(?:${comma}|['’\\u00a0\\u202f\\u2009]|\\\\,)`;
  const indian = `\\d{1,2}(?:(?:${comma})\\d{2})+(?:${comma})\\d{3}(?!\\d|(?:${comma})\\d)`;
  const digits = `\\d{1,3}(?:${group}\\d{3})+(?!\\d)|${decimal === "." ? `${indian}|` : ""}\\d+`;
  const number = new RegExp(
    `(?<![\\p{L}\\p{N}_]|\\d(?:${point}))(?:(?<![)\\]])([-+−]))?(?:\\p{Sc}\\s?([-+−])?)?` +
      `((?:${digits})(?:(?:${point})\\d+)?|(?:${point})\\d+)(?:[eE]([-+]?\\d+)(?![\\p{L}\\d]))?`,
    "gu"
  );
  const names = Object.keys(units).sort((a, b) => b.length - a.length);
  const found: number[] = [];
  for (const match of text.matchAll(number)) {
    const [whole, before, behind, body = "", exponent = "0"] = match;
    const sign = /[-−]/.test(before ?? behind ?? "") ? -1 : 1;
    const plain = body.replace(new RegExp(group, "gu"), "").replace(new RegExp(point), ".");
    const value = sign * Number(`${plain}e${exponent}`) * unitFactor(text.slice(match.index + whole.length));
    if (Number.isFinite(value)) found.push(value === 0 ? 0 : value);
  }
  return found;

  function unitFactor(rest: string): number {
    const next = rest.replace(/^[\s-]/, "");
    const name = names.find((unit) => next.startsWith(unit) && !/^\p{L}/u.test(next.slice(unit.length)));
    return name === undefined ? 1 : units[name]!;
  }
}
