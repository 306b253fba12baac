import type {Finding, Recognizer} from "../finding.js";
import {isPlaceholder} from "./placeholder.js";

const NAME =
  /(?:^|[^A-Za-z])((?:[A-Za-z0-9]{1,24}[_-]){0,3}(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|secret[_-]?key|account[_-]?key|credentials?))["'`]?\s{0,3}$/i;
const CHARACTERS_BEFORE = 90;
const QUOTED = /\s{0,3}(["'`])([^"'`\s](?:[^"'`\r\n]{4,254})[^"'`\s])\1/y;
const BARE = /\s{0,3}([^\s"'`,;)}\]<>]{6,256})/y;
/** What is said of passwords in a text of several words. */
const RULES =
  /\b(?:characters?|digits?|letters?|symbols?|minimum|maximum|least|most|must|should|enter|choose|required|expires?|days?|hours?|minutes?)\b/i;

/** In a column of such a name words are as likely as keys, unless it is called one of these. */
const SURELY_SECRET = /pass|pwd|secret|key|credential/i;
const WHOLE = /^\s*([^\s"'`]{6,256})\s*$/;

/**
 * A value given to something called a password, secret, token or key: `password: hunter2!`, `API_KEY=...`, or the whole
 * text of a column or a member of that name.
 */
export const assignedSecret: Recognizer = {
  type: "PASSWORD",
  name: "assigned-secret",
  layer: "secrets",
  find(text, {marks, column}) {
    const findings: Finding[] = [];
    const columnName = column && NAME.exec(column.replace(/([a-z])([A-Z])/g, "$1_$2"))?.[1];
    const whole = columnName && WHOLE.exec(text)?.[1];
    if (whole && looksSecret(whole, SURELY_SECRET.test(columnName))) {
      const start = text.indexOf(whole);
      const end = start + whole.length;
      return [{type: typeOf(columnName), start, end, score: 0.7, rule: "assigned-secret/column"}];
    }
    for (const sign of [...marks.colons, ...marks.equals].sort((a, b) => a - b)) {
      if (!mayBeNamed(text, sign)) continue;
      const name = NAME.exec(text.slice(Math.max(0, sign - CHARACTERS_BEFORE), sign))?.[1];
      if (!name) continue;
      const value = valueAfter(text, sign + 1);
      if (!value || !looksSecret(value.text, value.quoted)) continue;
      const type = typeOf(name);
      if (/\s/.test(value.text) && (type !== "PASSWORD" || !isPhrase(value.text))) continue;
      const score = value.quoted || /=/.test(text.charAt(sign)) ? 0.7 : 0.5;
      const {start, end} = value;
      findings.push({type, start, end, score, rule: "assigned-secret"});
    }
    return findings;
  }
};

/** Last letters of the words in NAME. */
const LAST = new Set("deklnsty");

/** Whether what stands before the sign ends as a secret's name does: most colons are told by one character. */
function mayBeNamed(text: string, sign: number): boolean {
  let last = sign - 1;
  while (sign - last < 5 && /[\s"'`]/.test(text.charAt(last))) last--;
  return LAST.has(text.charAt(last).toLowerCase());
}

const typeOf = (name: string) => (/pass|pwd/i.test(name) ? "PASSWORD" : "SECRET");

function valueAfter(text: string, at: number) {
  QUOTED.lastIndex = BARE.lastIndex = at;
  const quoted = QUOTED.exec(text);
  const value = quoted?.[2] ?? BARE.exec(text)?.[1]?.replace(/[.!?:]+$/, "");
  if (!value || value.length < 6) return undefined;
  const start = text.indexOf(value, at);
  return {text: value, start, end: start + value.length, quoted: quoted !== null};
}

/** "Password: forgotten yesterday" is prose: a bare word must hold a digit or a sign. */
function looksSecret(value: string, quoted: boolean): boolean {
  return !isPlaceholder(value) && (quoted || /[\d!@#$%^&*+=/_~]/.test(value.slice(1)));
}

/** Keys have no blanks. Of words in quotes only those with a number are taken for a password. */
function isPhrase(value: string): boolean {
  return /\d/.test(value) && !RULES.test(value);
}
