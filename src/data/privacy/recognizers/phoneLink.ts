import type {Finding, Recognizer} from "../finding.js";

/** Links that open a chat with a number, from the dot within their host. */
const SHAPES: readonly [before: string, shape: RegExp][] = [
  ["wa", /\.me\/(\+?\d{7,15})(?!\w)/y],
  ["t", /\.me\/(\+\d{7,15})(?!\w)/y],
  ["signal", /\.me\/#p\/(\+\d{7,15})(?!\w)/y]
];

/** Phone numbers that are the path of an address: `https://wa.me/14155550132`. */
export const phoneLink: Recognizer = {
  type: "PHONE_NUMBER",
  name: "phone-link",
  layer: "patterns",
  find(text, {marks}) {
    const findings: Finding[] = [];
    for (const dot of marks.dots)
      for (const [before, shape] of SHAPES) {
        if (!text.endsWith(before, dot) || /[\w.-]/.test(text.charAt(dot - before.length - 1))) continue;
        shape.lastIndex = dot;
        const match = shape.exec(text);
        if (!match) continue;
        const end = dot + match[0].length;
        findings.push({
          type: "PHONE_NUMBER",
          start: end - match[1]!.length,
          end,
          score: 0.9,
          rule: "phone/link"
        });
      }
    return findings;
  }
};
