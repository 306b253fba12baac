import type {Finding, Recognizer} from "../finding.js";
import {isNoPassword} from "./placeholder.js";

/** Looked for before anything else. */
const SPEAKS = /basic/i;
const SENT = /\bbasic[ \t]{1,8}((?:[A-Za-z0-9+/_-]{4}){2,256}(?:[A-Za-z0-9+/_-]{2,3}={0,2})?)/gi;
/** A user without a password is a key when it is so long. */
const LONG_USER = 16;

/** A user and a password as a header sends them: `Authorization: Basic YWRhOmh1bnRlcjI=`, whose base64 holds a colon. */
export const basicAuthorization: Recognizer = {
  type: "PASSWORD",
  name: "basic-authorization",
  layer: "secrets",
  find(text) {
    if (!SPEAKS.test(text)) return [];
    const findings: Finding[] = [];
    for (const match of text.matchAll(SENT)) {
      if (!holdsCredentials(match[1]!)) continue;
      const end = match.index + match[0].length;
      findings.push({
        type: "PASSWORD",
        start: end - match[1]!.length,
        end,
        score: 0.95,
        rule: "basic-authorization"
      });
    }
    return findings;
  }
};

function holdsCredentials(base64: string): boolean {
  const decoded = Buffer.from(base64, "base64").toString("utf8");
  const [, user, password] = /^([^:\p{Cc}\ufffd]*):([^\p{Cc}\ufffd]*)$/u.exec(decoded) ?? [];
  if (user === undefined || password === undefined) return false;
  return password === "" ? user.length >= LONG_USER : !isNoPassword(password);
}
