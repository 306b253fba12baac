/** A text, or a number: whole when nothing of a fraction or an exponent follows its digits. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|(-?\d+)(\.\d+)?([eE][+-]?\d+)?/gs;

/**
 * `JSON.parse`, but whole numbers that no double holds exactly (beyond 2^53) become the text of their digits: ids of other
 * tools are as long as that. Throws SyntaxError as `JSON.parse` does.
 */
export function exactJson(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  const exact = text.replace(TOKEN, (token: string, whole?: string, fraction?: string, exponent?: string) =>
    whole === undefined ||
    fraction !== undefined ||
    exponent !== undefined ||
    Number.isSafeInteger(Number(whole))
      ? token
      : `"${whole}"`
  );
  try {
    return JSON.parse(exact);
  } catch {
    // What is wrong stands where it does in the text as it was.
    return JSON.parse(text);
  }
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
