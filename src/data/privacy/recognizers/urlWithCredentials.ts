import type {Finding, Recognizer} from "../finding.js";
import {isUnspacedAt, isWordAt} from "../wordBoundary.js";
import {isReference} from "./placeholder.js";

const LONGEST_SCHEME = 24;
const USER_AND_PASSWORD =
  /\/\/(?:[^\s/?#@:"'<>]{0,128}:([^\s/?#@"'<>]{1,256})|[^\s/?#@:"'<>]{16,128}:)@[^\s/?#"'<>@]{1,255}(?:[/?#][^\s"'<>]{0,8192})?/y;
const PLACEHOLDER = /^(?:<.*|\*+|x+|pass(?:word)?)$/i;

/** Addresses of any scheme that carry a user and a password: `postgres://ada:secret@db/app`. */
export const urlWithCredentials: Recognizer = {
  type: "URL_WITH_CREDENTIALS",
  name: "url-with-credentials",
  layer: "secrets",
  find(text, {marks}) {
    const findings: Finding[] = [];
    let done = 0;
    for (const colon of marks.colons) {
      if (colon < done) continue;
      if (text.charCodeAt(colon + 1) !== 47 || text.charCodeAt(colon + 2) !== 47) continue;
      USER_AND_PASSWORD.lastIndex = colon + 1;
      const match = USER_AND_PASSWORD.exec(text);
      if (!match || isNone(match[1])) continue;
      let start = colon;
      while (colon - start < LONGEST_SCHEME && isSchemeAt(text, start - 1)) start--;
      if (start === colon) continue;
      const end = colon + 1 + match[0].replace(/[.,;:!?)\]]+$/, "").length;
      done = end;
      findings.push({type: "URL_WITH_CREDENTIALS", start, end, score: 1, rule: "url/credentials"});
    }
    return findings;
  }
};

/** A password that is none; without one, a long user is a key. */
const isNone = (password: string | undefined) =>
  password !== undefined && (PLACEHOLDER.test(password) || isReference(password));

function isSchemeAt(text: string, index: number): boolean {
  return (isWordAt(text, index) && !isUnspacedAt(text, index)) || /[+.-]/.test(text.charAt(index));
}
