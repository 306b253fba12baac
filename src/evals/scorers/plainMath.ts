const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const ARGUMENT = "\\s?(?:\\{\\s?([-+−]?\\d[\\d.,]{0,30})\\s?\\}|(\\d))";
const FRACTION = new RegExp(`(?:(\\d)\\s?|([\\p{L}]))?\\\\[cdt]?frac${ARGUMENT}${ARGUMENT}`, "gu");

/** Fractions, powers and signs of multiplication as they are typed: "1\frac{3}{4}" and "1¾" are "1 3/4", "2 \times 10^{8}" and "2 × 10⁸" "2 ×10^8". */
export function plainMath(text: string): string {
  return text
    .replace(
      FRACTION,
      (_, ...[digit, letter, top, topDigit, bottom, bottomDigit]: (string | undefined)[]) => {
        const before = digit ?? letter;
        return `${before === undefined ? "" : `${before} `}${top ?? topDigit}/${bottom ?? bottomDigit}`;
      }
    )
    .replace(/(\d\s?)?([¼-¾⅐-⅞])/gu, (_, digit: string | undefined, sign: string) => {
      const fraction = sign.normalize("NFKC");
      return digit === undefined ? fraction : `${digit.trim()} ${fraction}`;
    })
    .replace(/(?<=\d)[⁄∕](?=\d)/g, "/")
    .replace(/(?<=\d)⁻?[⁰¹²³⁴-⁹]+/g, (power) => `^${power.replace("⁻", "-").replace(/[^-]/g, digitOf)}`)
    .replace(/\^\{\s?([-+−]?\d{1,20})\s?\}/g, "^$1")
    .replace(/\\(?:times|cdot)(?![A-Za-z])(?:\\[,;:!]|\s){0,3}/g, "×");
}

const digitOf = (superscript: string) => String(SUPERSCRIPTS.indexOf(superscript));
