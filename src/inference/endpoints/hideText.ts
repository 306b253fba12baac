import {hidden, hideSecrets} from "./hideSecrets.js";
import type {CompletionRequest} from "./types.js";

const basicLike = /\bBasic\s+([A-Za-z0-9+/]{6,}={0,2})/gi;
const keyLike = /\b(?:sk|hf|gsk|xai|pk|rk|ghp|key)[-_][A-Za-z0-9_*-]{6,}|\bBearer\s+\S+/gi;

/**
 * Returns a function that makes a server's own words safe to store: keys, and every stretch of three words or
 * one long number that also occurs in the request, become "[hidden]"; the rest is cut at 300 characters.
 * Servers echo the prompt in validation errors, escaped in ways of their own, so words are compared, not text; each letter
 * counts as a word in scripts that put no spaces between words.
 */
export function hideRequest(
  request: CompletionRequest | undefined,
  secrets: readonly string[]
): (text: string) => string {
  return (text) => {
    let safe = hideSecrets(unescape(text), secrets);
    for (const secret of secrets) {
      // Servers quote the beginning or the end of a key that they refuse.
      safe = safe.replace(/[\w-]{6,}/g, (word) =>
        secret.startsWith(word) || secret.endsWith(word) ? hidden : word
      );
    }
    safe = safe.replace(keyLike, hidden).replace(basicLike, hideCredentials);
    for (const content of contents(request)) {
      // Words find longer ones, at less cost.
      if (content.length >= 4 && content.length <= 200) safe = hideEvery(safe, content);
      safe = hideSharedWords(safe, content);
    }
    safe = safe.replace(/\s+/g, " ").trim();
    return safe.length > 300 ? `${safe.slice(0, 300).replace(/\p{Surrogate}$/u, "")}…` : safe;
  };
}

/** What stands after "Basic" in a header is a user and a password around a colon; after the word in a sentence, it is not. */
function hideCredentials(found: string, encoded: string): string {
  return /^[\P{C}]*:[\P{C}]*$/u.test(Buffer.from(encoded, "base64").toString()) ? hidden : found;
}

function hideEvery(text: string, words: string): string {
  return text.replace(new RegExp(words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "gi"), hidden);
}

/** Line breaks and letters that a server wrote as JSON or Python escapes. */
function unescape(text: string): string {
  return text
    .replace(/\\+[nrt]/g, " ")
    .replace(/\\+u([0-9a-f]{4})/gi, (_escape, code: string) => String.fromCharCode(parseInt(code, 16)));
}

function contents(request: CompletionRequest | undefined): string[] {
  return (request?.messages ?? []).flatMap((message) => [
    ...(message.content ? [message.content] : []),
    ...(message.tool_calls ?? []).map((call) => call.function.arguments)
  ]);
}

function hideSharedWords(text: string, content: string): string {
  const words = hiddenWords(content);
  const triples = new Set<string>();
  for (let i = 0; i + 2 < words.length; i++) triples.add(words.slice(i, i + 3).join(" "));
  const numbers = new Set(words.filter((word) => /\d/.test(word) && word.length >= 5));
  const found = [...text.matchAll(WORD)];
  const shared = found.map((match) => numbers.has(match[0].toLowerCase()));
  for (let i = 0; i + 2 < found.length; i++) {
    const triple = [found[i]!, found[i + 1]!, found[i + 2]!].map((match) => match[0].toLowerCase()).join(" ");
    if (triples.has(triple)) shared.fill(true, i, i + 3);
  }
  let out = "";
  let end = 0;
  for (let i = 0; i < found.length; i++) {
    if (!shared[i]) continue;
    const first = found[i]!;
    while (shared[i + 1]) i++;
    out += text.slice(end, first.index) + hidden;
    end = found[i]!.index + found[i]![0].length;
  }
  return out + text.slice(end);
}

const UNSPACED = ["Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar", "Tibetan"]
  .map((script) => `\\p{Script=${script}}`)
  .join("");
const WORD = new RegExp(`(?=[\\p{L}\\p{N}])[${UNSPACED}]|(?:(?![${UNSPACED}])[\\p{L}\\p{N}])+`, "gu");

function hiddenWords(text: string): string[] {
  return text.toLowerCase().match(WORD) ?? [];
}
