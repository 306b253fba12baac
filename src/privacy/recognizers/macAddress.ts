import {type Finding, type Recognizer} from "../finding.js";
import {standsAlone} from "../wordBoundary.js";

const MAC = /[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}/iy;
const LENGTH = 17;

/** Hardware addresses of six bytes with colons or hyphens, neither all zeros nor the broadcast address. */
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
      if (/^(?:00.){5}00$|^(?:ff.){5}ff$/i.test(text.slice(start, end))) continue;
      findings.push({type: "MAC_ADDRESS", start, end, score: 0.6, rule: "mac"});
    }
    return findings.sort((a, b) => a.start - b.start);
  }
};
