import type {Finding, Recognizer} from "../finding.js";

const BEGIN = "-----BEGIN ";
const FIRST_LINE = /-----BEGIN (?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/y;
const LAST_LINE = /-----END (?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
const LONGEST = 65_536;

/** PEM and PGP private keys, to their last line, or to the end of the text when it was cut off. */
export const privateKey: Recognizer = {
  type: "PRIVATE_KEY",
  name: "private-key",
  layer: "secrets",
  find(text) {
    const findings: Finding[] = [];
    let start = text.indexOf(BEGIN);
    while (start >= 0) {
      let end = start + BEGIN.length;
      FIRST_LINE.lastIndex = start;
      if (FIRST_LINE.test(text)) {
        const limit = Math.min(text.length, start + LONGEST);
        const body = text.slice(start, limit);
        LAST_LINE.lastIndex = 0;
        const last = LAST_LINE.exec(body);
        end = last ? start + last.index + last[0].length : limit;
        findings.push({type: "PRIVATE_KEY", start, end, score: 1, rule: "private-key/block"});
      }
      start = text.indexOf(BEGIN, end);
    }
    return findings;
  }
};
