import {plainMath} from "./plainMath.js";

export interface NumberFormat {
  /** The decimal separator; the other of "." and "," is then a thousands separator. Default ".". */
  decimal?: "." | ",";
  /** Factor from a unit behind the number to the base unit: `{km: 1000, m: 1, million: 1e6}`. Case matters. */
  units?: Record<string, number>;
}

/**
 * Every number in a text, in order of occurrence: sign, currency sign, thousands separators (comma, apostrophe,
 * no-break and thin spaces, LaTeX's "{,}" and "\,"), Indian grouping ("1,23,456"), decimals, exponent. A fraction ("3/4",
 * "\frac{3}{4}", "¾"), a mixed number ("1 3/4") and a power ("2^10", "3 × 10^8", "3 \times 10^{8}") are one number, "5/10/2023" is three.
 * A minus between two operands ("16-3") is no sign, digits inside a word ("H2O") and a unit's exponent ("m^2") are no number, and a percent
 * sign is ignored. Numbers beyond the range of doubles are left out.
 */
export function parseNumbers(text: string, {decimal = ".", units = {}}: NumberFormat = {}): number[] {
  // In LaTeX a comma between braces has no blank behind it.
  const [point, comma] = decimal === "." ? ["\\.", ",|\\{,\\}"] : [",|\\{,\\}", "\\."];
  const group = `(?:${comma}|['’\\u00a0\\u202f\\u2009]|\\\\,)`;
  const indian = `\\d{1,2}(?:(?:${comma})\\d{2})+(?:${comma})\\d{3}(?!\\d|(?:${comma})\\d)`;
  const digits = `\\d{1,3}(?:${group}\\d{3})+(?!\\d)|${decimal === "." ? `${indian}|` : ""}\\d+`;
  const plain =
    `(?:(?:${digits})(?:(?:${point})\\d+)?|(?:${point})\\d+)(?:[eE][-+]?\\d+(?![\\p{L}\\d]))?` +
    `(?:(?:\\^|\\*\\*)[-+−]?\\d+)?`;
  const number = new RegExp(
    `(?<![\\p{L}\\p{N}_^]|\\^[-+−]|\\d(?:${point}))(?:(?<![)\\]])([-+−]))?(?:\\p{Sc}\\s?([-+−])?)?` +
      `(?:(\\d+)[ \\t](?=\\d+/\\d+(?![\\d^]|[ \\t]?/)))?` +
      `(${plain}(?:[ \\t]?/[ \\t]?${plain})*)` +
      `(?:[ \\t]?[×·⋅∙*xX][ \\t]?10(?:\\^|\\*\\*)([-+−]?\\d+))?`,
    "gu"
  );
  const names = Object.keys(units).sort((a, b) => b.length - a.length);
  const found: number[] = [];
  for (const match of plainMath(text).matchAll(number)) {
    const [whole, before, behind, integer, body = "", tens = "0"] = match;
    const sign = /[-−]/.test(before ?? behind ?? "") ? -1 : 1;
    const unit = unitFactor(match.input.slice(match.index + whole.length));
    const values = fractionOf(integer, body.split("/").map(valueOf));
    values[0]! *= sign;
    values[values.length - 1]! *= Number(`1e${tens.replace("−", "-")}`) * unit;
    for (const value of values) if (Number.isFinite(value)) found.push(value === 0 ? 0 : value);
  }
  return found;

  function valueOf(operand: string): number {
    const [base = "", power = "1"] = operand.trim().split(/\^|\*\*/);
    const written = base.replace(new RegExp(group, "gu"), "").replace(new RegExp(point), ".");
    return Number(written) ** Number(power.replace("−", "-"));
  }

  function unitFactor(rest: string): number {
    const next = rest.replace(/^[\s-]/, "");
    const name = names.find((unit) => next.startsWith(unit) && !/^\p{L}/u.test(next.slice(unit.length)));
    return name === undefined ? 1 : units[name]!;
  }
}

/** What numbers with "/" between them are, behind an integer and a blank or not: two are a fraction, more are a date or the like. */
function fractionOf(integer: string | undefined, parts: number[]): number[] {
  const [top = NaN, bottom = 1] = parts;
  if (parts.length > 2 || bottom === 0) return parts;
  if (integer === undefined) return [top / bottom];
  return top < bottom ? [Number(integer) + top / bottom] : [Number(integer), top / bottom];
}
