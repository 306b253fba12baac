import {isIP} from "node:net";
import type {Finding, Recognizer} from "../finding.js";
import {hostEnd, isHostAt, topLevel} from "../host.js";
import {isUnspacedAt, isWordAfter, isWordAt, isWordBefore} from "../wordBoundary.js";

const SCHEMES = ["https", "http", "ftp", "ftps", "sftp", "ws", "wss"];
const LONGEST_HOST = 253;
const LONGEST_PATH = 8192;
const URL_END = /[\s<>"'`{}|\\^\u2018\u2019\u201c\u201d]/;

/** Countries' domains that are better known as the endings of files: `main.py`, `README.md`. */
const FILE_ENDINGS = new Set(
  ["as", "bz", "cc", "gz", "java", "md", "mov", "pl", "pm", "ps", "py", "rs", "sh", "so", "vi", "zip"].concat(
    ["ai"]
  )
);

/** Web addresses, with or without a scheme. Not personal in itself, so the privacy check does not stop for one. */
export const url: Recognizer = {
  type: "URL",
  name: "url",
  layer: "patterns",
  context: ["url", "website", "link", "homepage"],
  find(text, {marks}) {
    const findings: Finding[] = [];
    for (const colon of marks.colons) {
      if (colon < (findings.at(-1)?.end ?? 0)) continue;
      const start = schemeStart(text, colon);
      const end = start === undefined ? undefined : hostWithScheme(text, colon + 3);
      if (end !== undefined) findings.push(found(start!, pathEnd(text, end), 0.6, "url/scheme"));
    }
    let done = 0;
    let next = 0;
    for (const dot of marks.dots) {
      while (next < findings.length && findings[next]!.end <= dot) next++;
      if (dot < done || (findings[next]?.start ?? Infinity) < dot) continue;
      let start = dot;
      const limit = Math.max(done, dot - LONGEST_HOST);
      const unspaced = isUnspacedAt(text, dot - 1);
      while (start > limit && isHostAt(text, start - 1) && (unspaced || !isUnspacedAt(text, start - 1)))
        start--;
      while (start < dot && !isWordAt(text, start)) start++;
      const end = hostEnd(text, start);
      done = dot + 1;
      if (end === undefined) continue;
      done = end;
      if (isBareHost(text, start, end)) findings.push(found(start, pathEnd(text, end), 0.5, "url/host"));
    }
    return findings.sort((a, b) => a.start - b.start);
  }
};

function found(start: number, end: number, score: number, rule: string): Finding {
  return {type: "URL", start, end, score, rule};
}

function schemeStart(text: string, colon: number): number | undefined {
  if (text.charCodeAt(colon + 1) !== 47 || text.charCodeAt(colon + 2) !== 47) return undefined;
  const before = text.slice(Math.max(0, colon - 5), colon).toLowerCase();
  const scheme = SCHEMES.find((name) => before.endsWith(name) && !isWordBefore(text, colon - name.length));
  return scheme === undefined ? undefined : colon - scheme.length;
}

function hostWithScheme(text: string, start: number): number | undefined {
  const named = hostEnd(text, start);
  if (named !== undefined) return named;
  const rest = text.slice(start, start + 64);
  const address = /^(?:\[([0-9a-f:.]{2,45})\]|([0-9.]{7,15}))/i.exec(rest);
  return address && isIP(address[1] ?? address[2]!) ? start + address[0].length : undefined;
}

function isBareHost(text: string, start: number, end: number): boolean {
  const before = text.charAt(start - 1);
  if (before === "@" || before === "/" || before === "\\" || before === "_" || isWordAfter(text, end))
    return false;
  if (text.charAt(end) === "@") return false;
  const host = text.slice(start, end);
  const labels = host.split(".");
  if (labels.length > 2 || text.charAt(end) === "/") return true;
  const last = labels[1]!;
  // "It is done.In the end": a sentence without its space.
  if (/^\p{Lu}\p{Ll}/u.test(last)) return false;
  return !FILE_ENDINGS.has(topLevel(host));
}

/** End of the port, path, query and fragment after a host, without the punctuation of the sentence around it. */
export function pathEnd(text: string, host: number): number {
  const port = /^:\d{1,5}(?!\d)/.exec(text.slice(host, host + 7));
  let end = host + (port ? port[0].length : 0);
  const first = text.charAt(end);
  if (first !== "/" && first !== "?" && first !== "#") return end;
  const limit = Math.min(text.length, end + LONGEST_PATH);
  let opened = false;
  for (; end < limit && !URL_END.test(text.charAt(end)); end++) opened ||= text.charAt(end) === "(";
  for (;;) {
    const last = text.charAt(end - 1);
    if (/[.,;:!?\]*]/.test(last)) end--;
    else if (last === ")" && !opened) end--;
    else return end;
  }
}
