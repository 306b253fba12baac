/** A text, or a number: whole when nothing of a fraction or an exponent follows its digits. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|(-?\d+)(\.\d+)?([eE][+-]?\d+)?/gs;

/**
 * `JSON.parse`, but whole numbers that no double holds exactly (beyond 2^53) become the text of their digits: ids of other
 * tools are as long as that. Throws SyntaxError as `JSON.parse` does.
 */
export function exactJson(text: string): unknown {
  // First of all: in text that is no JSON, finding the tokens can take the square of its length.
  const value: unknown = JSON.parse(text);
  if (!/\d{16}/.test(text)) return value;
  const exact = text.replace(TOKEN, (token: string, whole?: string, fraction?: string, exponent?: string) =>
    whole === undefined ||
    fraction !== undefined ||
    exponent !== undefined ||
    Number.isSafeInteger(Number(whole))
      ? token
      : `"${whole}"`
  );
  return JSON.parse(exact);
}

const NOT_FINITE = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\bInfinity\b|\bNaN\b/gs;

/** `exactJson` of what Python wrote: its bare NaN, Infinity and -Infinity, which JSON has not, are null. */
export function pythonJson(text: string): unknown {
  try {
    return exactJson(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError) || !/\b(?:NaN|Infinity)\b/.test(text)) throw cause;
    return exactJson(text.replace(NOT_FINITE, (token) => (token.startsWith('"') ? token : "null")));
  }
}
