import type {Finding, Recognizer} from "../finding.js";
import type {TextMarks} from "../marks.js";
import {standsAlone} from "../wordBoundary.js";

const MAC = /[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}/iy;
const LENGTH = 17;
/** As network equipment of one maker writes them. */
const DOTTED = /[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}/iy;
const DOTTED_LENGTH = 14;
const DOT = 46;

/** Hardware addresses of six bytes with colons, hyphens or two dots, neither all zeros nor the broadcast address. */
export const macAddress: Recognizer = {
  type: "MAC_ADDRESS",
  name: "mac",
  layer: "patterns",
  context: ["mac", "hardware", "ethernet", "bssid", "wifi"],
  find(text, {marks}) {
    const starts = marks.colons.map((colon) => colon - 2);
    for (let index = 0; index < marks.longTokens.length; index += 2) starts.push(marks.longTokens[index]!);
    const findings: Finding[] = [];
    for (const start of starts) {
      if (start < 0) continue;
      MAC.lastIndex = start;
      const end = start + LENGTH;
      if (!MAC.test(text) || !standsAlone(text, start, end)) continue;
      const before = text.charAt(start - 1);
      const after = text.charAt(end);
      if (before === ":" || after === ":" || before === "-" || after === "-") continue;
      if (isNobody(text.slice(start, end))) continue;
      findings.push({type: "MAC_ADDRESS", start, end, score: 0.6, rule: "mac"});
    }
    for (const start of dottedStarts(text, marks)) {
      if (start < 0) continue;
      DOTTED.lastIndex = start;
      const end = start + DOTTED_LENGTH;
      if (!DOTTED.test(text) || !standsAlone(text, start, end)) continue;
      if (text.charAt(start - 1) === "." || /^\.\w/.test(text.slice(end, end + 2))) continue;
      const address = text.slice(start, end);
      // "1234.5678.9012" is a number in groups more often than an address.
      if (isNobody(address) || !/[a-f]/i.test(address)) continue;
      findings.push({type: "MAC_ADDRESS", start, end, score: 0.6, rule: "mac/dotted"});
    }
    return findings.sort((a, b) => a.start - b.start);
  }
};

function isNobody(address: string): boolean {
  return /^(?:0+|f+)$/i.test(address.replace(/[^0-9a-f]/gi, ""));
}

/** Where four characters, a dot, four characters and a dot may start: told from digits, or dots before letters, in them. */
function dottedStarts(text: string, {digits, dots}: TextMarks): Iterable<number> {
  const starts = new Set<number>();
  for (const dot of dots) {
    if (text.charCodeAt(dot + 5) === DOT) starts.add(dot - 4);
    else if (text.charCodeAt(dot - 5) === DOT) starts.add(dot - 9);
  }
  for (let index = 0; index < digits.length; index += 2) {
    const start = digits[index]!;
    for (let dot = start + 1; dot < start + 5; dot++)
      if (text.charCodeAt(dot) === DOT && text.charCodeAt(dot + 5) === DOT) starts.add(dot - 4);
  }
  return starts;
}
