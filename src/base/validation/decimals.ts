const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A number in decimal digits, with blanks around it or none; undefined for "0x10", "Infinity" and whatever else `Number` reads. */
export function decimalNumber(text: string): number | undefined {
  const value = DECIMAL.test(text.trim()) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : undefined;
}

/**
 * The number that a decimal's text is, where a double holds it: printed back it has the same value. Else the text, as it was written.
 */
export function exactDecimal(text: string): number | string {
  const number = Number(text);
  return plainDecimal(String(number)) === plainDecimal(text) ? number : text;
}

/** A decimal's significant digits and their power of ten, in one way for all that have the same value. */
function plainDecimal(text: string): string {
  const [, sign, whole = "", fraction = "", exponent = "0"] = /^(-?)(\d*)\.?(\d*)(?:e([-+]\d+))?$/.exec(
    text
  )!;
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return significant === "" ? "0" : `${sign}${significant}e${power}`;
}
