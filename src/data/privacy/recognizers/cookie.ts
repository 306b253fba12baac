import type {Finding, Recognizer} from "../finding.js";
import {isPlaceholder} from "./placeholder.js";

/** Looked for before anything else. */
const SPEAKS = /cookie|sess/i;
const HEADER = /\b(?:set-)?cookie["'`]?\s{0,3}[:=]\s{0,3}["'`]?/gi;
const COLUMN = /cookies?$/i;
const PAIR = /\s{0,3}([\w.$!#%&*+^|~-]{1,64})=("?)([^\s;,"'`<>]{0,4096})\2(;|(?=$|["'`\s,]))/y;
/** What a server says of a cookie. */
const ATTRIBUTE = /^(?:path|domain|expires|max-age|samesite|priority|version)$/i;
/** Sessions that frameworks name so, wherever they stand. */
const KNOWN =
  /\b(?:JSESSIONID|PHPSESSID|ASP\.NET_SessionId|ASPSESSIONID[A-Z]{8}|connect\.sid|laravel_session|sessionid|session_id)=([\w%.:+/-]{16,512})/gi;
const SESSION = /sess|sid|auth|token|jwt|login|remember|csrf|xsrf/i;
const SHORTEST = 8;
const LONG = 16;

/** What a browser sends to be known again: `Cookie: sid=…; theme=dark`, and sessions by the names that frameworks give. */
export const cookie: Recognizer = {
  type: "ACCESS_TOKEN",
  name: "cookie",
  layer: "secrets",
  find(text, {column}) {
    const starts = column !== undefined && COLUMN.test(column) ? [0] : [];
    if (!SPEAKS.test(text) && starts.length === 0) return [];
    for (const match of text.matchAll(HEADER)) starts.push(match.index + match[0].length);
    const findings = starts.flatMap((start) => sent(text, start));
    for (const match of text.matchAll(KNOWN)) {
      const end = match.index + match[0].length;
      const start = end - match[1]!.length;
      if (isValue("session", match[1]!)) findings.push(found(start, end, "cookie/session"));
    }
    return findings.sort((a, b) => a.start - b.start);
  }
};

function sent(text: string, from: number): Finding[] {
  const findings: Finding[] = [];
  for (PAIR.lastIndex = from; ;) {
    const match = PAIR.exec(text);
    if (!match) return findings;
    const [whole, name, quote, value, end] = match as unknown as [string, string, string, string, string];
    const stop = match.index + whole.length - end.length - quote.length;
    if (!ATTRIBUTE.test(name) && isValue(name, value))
      findings.push(found(stop - value.length, stop, "cookie/header"));
    if (end === "") return findings;
  }
}

const found = (start: number, end: number, rule: string): Finding => ({
  type: "ACCESS_TOKEN",
  start,
  end,
  score: 0.8,
  rule
});

/** A word, such as `dark`, is a setting. */
function isValue(name: string, value: string): boolean {
  return value.length >= (SESSION.test(name) ? SHORTEST : LONG) && /\d/.test(value) && !isPlaceholder(value);
}
