import type {Finding, Recognizer} from "../finding.js";
import {isWordAfter, isWordBefore} from "../wordBoundary.js";

/**
 * Keys whose first characters say who gave them out: those, what is random after them, and what tells that from words.
 * Matched at the start of a long token.
 */
const SHAPES: [issuer: string, shape: RegExp, isKey?: (random: string) => boolean][] = [
  ["anthropic", /sk-ant-([\w-]{20,200})/y],
  ["openai", /sk-((?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,200})/y, hasDigitAndLetter],
  ["aws", /(?:AKIA|ASIA|ABIA|ACCA)([A-Z2-7]{16})/y, (key) => isVaried(key) && /\d/.test(key)],
  // One in thirty has no digit. "ASIAPACIFICOPERATION" is none.
  ["aws", /AKIA([A-Z]{16})/y, isVaried],
  ["github", /gh[pousr]_([A-Za-z0-9]{36,255})/y],
  ["github", /github_pat_([A-Za-z0-9]{22}_[A-Za-z0-9]{59})/y],
  ["gitlab", /gl(?:pat|dt|rt|cbt|ptt)-([\w-]{20,64})/y],
  ["huggingface", /(?:hf|api_org)_([A-Za-z]{34})/y],
  ["huggingface", /hf_([A-Za-z0-9]{30,40})/y, hasDigitAndLetter],
  ["google", /AIza([\w-]{35})/y],
  ["google-oauth", /GOCSPX-([\w-]{28})/y],
  ["stripe", /[sr]k_(?:live|test)_([A-Za-z0-9]{16,120})/y],
  ["slack", /xox[abeoprs]-([A-Za-z0-9-]{10,200})/y],
  ["npm", /npm_([A-Za-z0-9]{36})/y],
  ["pypi", /pypi-AgEI([\w-]{40,300})/y],
  ["digitalocean", /do[opr]_v1_([0-9a-f]{64})/y],
  ["shopify", /shp(?:at|ca|pa|ss)_([0-9a-fA-F]{32})/y],
  ["databricks", /dapi([0-9a-f]{32})/y],
  ["replicate", /r8_([A-Za-z0-9]{37})/y],
  ["groq", /gsk_([A-Za-z0-9]{48,56})/y],
  ["twilio", /SK([0-9a-f]{32})/y],
  ["sendgrid", /SG\.([\w-]{16,32}\.[\w-]{16,64})/y],
  ["telegram", /\d{8,10}:AA([\w-]{32,33})/y]
];

/** Everything a key may begin with, so that other tokens are left alone after one glance. */
const FIRST = /[sAghaGrxnpdS]/;

/** Keys of services that give them a shape of their own. */
export const apiKey: Recognizer = {
  type: "API_KEY",
  name: "api-key",
  layer: "secrets",
  find(text, {marks}) {
    const starts: number[] = [];
    for (let index = 0; index < marks.longTokens.length; index += 2) {
      const start = marks.longTokens[index]!;
      starts.push(...keyStarts(text, start, marks.longTokens[index + 1]!));
    }
    for (const dot of marks.dots) if (text.charAt(dot - 1) === "G") starts.push(dot - 2);
    for (const colon of marks.colons) starts.push(...telegramStart(text, colon));
    const findings: Finding[] = [];
    let done = 0;
    for (const start of starts.sort((a, b) => a - b)) {
      if (start < done || isWordBefore(text, start)) continue;
      for (const [issuer, shape, isKey = isRandom] of SHAPES) {
        shape.lastIndex = start;
        const match = shape.exec(text);
        if (!match || isWordAfter(text, start + match[0].length) || !isKey(match[1]!)) continue;
        done = start + match[0].length;
        findings.push({type: "API_KEY", start, end: done, score: 0.95, rule: `api-key/${issuer}`});
        break;
      }
    }
    return findings;
  }
};

/** A token may begin with a name and an equals sign, or a path: keys are looked for after each. */
function keyStarts(text: string, start: number, end: number): number[] {
  const starts = FIRST.test(text.charAt(start)) ? [start] : [];
  for (let index = start; index < end - 16; index++) {
    const code = text.charCodeAt(index);
    if ((code === 61 || code === 47) && FIRST.test(text.charAt(index + 1))) starts.push(index + 1);
  }
  return starts;
}

function telegramStart(text: string, colon: number): number[] {
  if (text.charCodeAt(colon + 1) !== 65 || text.charCodeAt(colon + 2) !== 65) return [];
  let start = colon;
  while (colon - start < 11 && /\d/.test(text.charAt(start - 1))) start--;
  return start === colon ? [] : [start];
}

/** `sk-learn-documentation-page` has the shape but is words, and so would it be in any case. */
function hasDigitAndLetter(key: string): boolean {
  return /\d/.test(key) && /[A-Za-z]/.test(key);
}

/** A digit, or letters of both cases as chance mixes them: words have a capital at their beginning, if at all. */
function isRandom(key: string): boolean {
  if (/\d/.test(key)) return true;
  const count = (letters: RegExp) => key.match(letters)?.length ?? 0;
  return Math.min(count(/[a-z]/g), count(/[A-Z]/g)) >= key.length / 5;
}

/** `XXXXXXXXXXXXXXXX` stands for a key. */
function isVaried(key: string): boolean {
  return new Set(key).size >= 7;
}
