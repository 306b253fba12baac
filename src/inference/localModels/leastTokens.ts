import type {TokenBytes} from "./vocabulary.js";

/**
 * Counts how many tokens a text has at least, without the library's tokenizer: that one takes seconds for a text of megabytes
 * and minutes for one of many special tokens.
 */
export function leastTokens(vocabulary: TokenBytes): (text: string) => number {
  let longest = 1;
  const special: string[] = [];
  for (let token = 0; token < vocabulary.size; token++) {
    const bytes = vocabulary.bytes(token);
    longest = Math.max(longest, bytes.length);
    if (vocabulary.isSpecial(token) && bytes.length > 0) special.push(Buffer.from(bytes).toString());
  }
  const marks = new RegExp(
    special
      .sort((a, b) => b.length - a.length)
      .map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"))
      .join("|") || "$^",
    "g"
  );
  return (text) => Math.max(Math.ceil(text.length / longest), text.match(marks)?.length ?? 0);
}
