import type {Finding, Recognizer} from "../finding.js";
import {isNoPassword} from "./placeholder.js";

/** Letters of options without a value may stand before: `-su`. */
const OPTION = "(?:-[fgGiIjJkLnNOqRsSvZ#]{0,8}[uU]\\s{0,3}|--(?:proxy-)?user(?:=|\\s{1,3}))";
const VALUE =
  "(?:\"[^\\s\":]{0,128}:([^\"\\r\\n]{1,128})\"|'[^\\s':]{0,128}:([^'\\r\\n]{1,128})'|[^\\s\"':]{0,128}:([^\\s\"'`]{1,128}))";
const USER = new RegExp(`(?<=\\s)${OPTION}${VALUE}`, "g");
/** A command goes on behind a line that ends in a backslash; code in prose and a sentence end it. */
const ENDED = /[^\\\r\n]\s*\r?\n|(?:\||&&|;)\s|`|[.!?]\s+\p{Lu}/u;
/** Of a user and a group, as Docker has them. */
const NUMBERS = /[\s=uU"']\d+:\d+["']?$/;
const CHARACTERS_BEFORE = 2_000;

/** The password that a curl command is given: `curl -u ada:hunter2`, `--user`, `--proxy-user`. */
export const curlUser: Recognizer = {
  type: "PASSWORD",
  name: "curl-user",
  layer: "secrets",
  find(text) {
    if (!text.includes("curl")) return [];
    const findings: Finding[] = [];
    for (const match of text.matchAll(USER)) {
      const password = match.slice(1).find((value) => value !== undefined)!;
      if (isNoPassword(password) || NUMBERS.test(match[0]) || !isOfCurl(text, match.index)) continue;
      const start = match.index + match[0].lastIndexOf(password);
      findings.push({
        type: "PASSWORD",
        start,
        end: start + password.length,
        score: 0.7,
        rule: "curl-user"
      });
    }
    return findings;
  }
};

/** `docker run -u 1000:1000` has the option, too. */
function isOfCurl(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - CHARACTERS_BEFORE), at);
  const [, ...commands] = before.split(/\bcurl(?=\s)/);
  return commands.length > 0 && !ENDED.test(commands.at(-1)!);
}
