const NUMBER = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
/** Shorter numbers are no identity, card or phone number. */
const FEWEST_DIGITS = 7;
const MOST_DIGITS = 40;

/**
 * The digits of a whole number as JSON writes it, whatever its type: those of `4.2e12`, `-4200000000000` and
 * `4200000000000.00` are the same. Undefined for fractions and for numbers of fewer than seven digits or more than 40.
 */
export function wholeDigits(number: string): string | undefined {
  const [, whole, fraction = "", exponent = "0"] = NUMBER.exec(number) ?? [];
  if (whole === undefined) return undefined;
  const point = whole.length + Number(exponent);
  if (point < FEWEST_DIGITS || point > MOST_DIGITS) return undefined;
  const written = (whole + fraction).padEnd(point, "0");
  if (/[1-9]/.test(written.slice(point))) return undefined;
  const digits = written.slice(0, point).replace(/^0+/, "");
  return digits.length < FEWEST_DIGITS ? undefined : digits;
}
