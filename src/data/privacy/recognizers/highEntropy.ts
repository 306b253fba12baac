import type {Finding, Recognizer} from "../finding.js";

const SHORTEST = 20;
const LONGEST = 512;
const HEX_BITS = 3;
const BASE64_BITS = 4;

/**
 * Random-looking tokens of 20 characters or more. Hashes and ids look the same, so a finding reaches the usual
 * threshold only with a word such as "key" or "token" before it.
 */
export const highEntropy: Recognizer = {
  type: "SECRET",
  name: "high-entropy",
  layer: "secrets",
  context: [
    "key",
    "apikey",
    "token",
    "secret",
    "password",
    "credential",
    "credentials",
    "bearer",
    "authorization",
    "auth"
  ],
  find(text, {marks}) {
    const findings: Finding[] = [];
    for (let index = 0; index < marks.longTokens.length; index += 2) {
      const end = marks.longTokens[index + 1]!;
      const token = text.slice(marks.longTokens[index], end);
      const start = marks.longTokens[index]! + assignedTo(token);
      if (end - start < SHORTEST || end - start > LONGEST || !isRandom(text.slice(start, end))) continue;
      findings.push({type: "SECRET", start, end, score: 0.1, rule: "high-entropy"});
    }
    return findings;
  }
};

/** Offset of the value in `name=value`; padding at the end of base64 is no assignment. */
function assignedTo(token: string): number {
  const sign = token.replace(/=+$/, "").lastIndexOf("=");
  return sign + 1;
}

function isRandom(token: string): boolean {
  if (!/\d/.test(token) || !/[A-Za-z]/.test(token)) return false;
  const hex = /^[0-9a-f]+$/i.test(token);
  return entropy(token) >= (hex ? HEX_BITS : BASE64_BITS);
}

/** Shannon entropy in bits a character. */
function entropy(token: string): number {
  const counts = new Map<string, number>();
  for (const character of token) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / token.length) * Math.log2(count / token.length);
  return bits;
}
