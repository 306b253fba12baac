import {isIPv6} from "node:net";
import type {Finding, Recognizer} from "../finding.js";
import {isWordAfter, isWordAt, isWordBefore} from "../wordBoundary.js";

const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4 = new RegExp(`${OCTET}(?:\\.${OCTET}){3}`, "y");
/** Words before four numbers that are a version. */
const VERSIONS = ["version", "versions", "revision", "release", "ver", "build", "版本", "バージョン", "버전"];
const LONGEST_IPV6 = 45;
const COLON = 58;
const DOT = 46;

/** IPv4 and IPv6 addresses, with their zone and prefix length. */
export const ipAddress: Recognizer = {
  type: "IP_ADDRESS",
  name: "ip",
  layer: "patterns",
  context: ["ip", "ipv4", "ipv6"],
  find(text, context) {
    const {marks} = context;
    const findings: Finding[] = [];
    for (let index = 0; index < marks.digits.length; index += 2) {
      const start = marks.digits[index]!;
      const end = ipv4End(text, start, marks.digits[index + 1]!);
      if (end === undefined) continue;
      const score = context.hasWordBefore(start, VERSIONS) ? 0.2 : 0.6;
      findings.push(found(start, prefixEnd(text, end, 32), score, "ip/v4"));
    }
    let done = 0;
    for (const [index, colon] of marks.colons.entries()) {
      if (colon < done || !hasNeighbour(marks.colons, index)) continue;
      let start = colon;
      let end = colon + 1;
      while (start > done && colon - start <= LONGEST_IPV6 && isAddressAt(text, start - 1)) start--;
      while (end < text.length && end - colon <= LONGEST_IPV6 && isAddressAt(text, end)) end++;
      done = end;
      while (text.charAt(end - 1) === ".") end--;
      if (text.charAt(end - 1) === ":" && text.charAt(end - 2) !== ":") end--;
      while (text.charAt(start) === ".") start++;
      const address = text.slice(start, end);
      if (!isIPv6(address) || isWordBefore(text, start)) continue;
      const zone = /^%[0-9A-Za-z_.-]{1,32}/.exec(text.slice(end, end + 33));
      if (zone) end += zone[0].replace(/[.-]+$/, "").length;
      else if (isWordAfter(text, end)) continue;
      findings.push(found(start, prefixEnd(text, end, 128), trustOf(address), "ip/v6"));
    }
    return findings.sort((a, b) => a.start - b.start || b.end - a.end);
  }
};

/** An address has two colons or more. */
function hasNeighbour(colons: readonly number[], index: number): boolean {
  const at = colons[index]!;
  return (
    at - (colons[index - 1] ?? -Infinity) < LONGEST_IPV6 ||
    (colons[index + 1] ?? Infinity) - at < LONGEST_IPV6
  );
}

function isAddressAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code < 128 && (code === COLON || code === DOT || isWordAt(text, index));
}

function found(start: number, end: number, score: number, rule: string): Finding {
  return {type: "IP_ADDRESS", start, end, score, rule};
}

function ipv4End(text: string, start: number, runEnd: number): number | undefined {
  if (runEnd - start > 3 || text.charCodeAt(runEnd) !== 46 || isWordBefore(text, start)) return undefined;
  if (text.charAt(start - 1) === "." && /\d/.test(text.charAt(start - 2))) return undefined;
  IPV4.lastIndex = start;
  const match = IPV4.exec(text);
  if (!match || isWordAfter(text, start + match[0].length)) return undefined;
  return start + match[0].length;
}

/** A prefix length that cannot be is not part of the address. */
function prefixEnd(text: string, end: number, most: number): number {
  const prefix = /^\/(\d{1,3})(?![\w])/.exec(text.slice(end, end + 5));
  return prefix && Number(prefix[1]) <= most ? end + prefix[0].length : end;
}

/** `::` is also an operator and `Bad::Face` a name in C++: both need a word about addresses beside them. */
function trustOf(address: string): number {
  return /\d/.test(address) ? 0.6 : 0.1;
}
