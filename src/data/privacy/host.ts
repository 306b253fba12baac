import {createRequire} from "node:module";
import {domainToASCII} from "node:url";
import {isUnspacedAt} from "./wordBoundary.js";

const tlds = new Set<string>();
const require = createRequire(import.meta.url);
for (const tld of require("tlds") as string[]) {
  tlds.add(tld);
  tlds.add(domainToASCII(tld));
}

const LONGEST_HOST = 253;
const LONGEST_LABEL = 63;
const HOST_CHARACTER = /[\p{L}\p{N}\p{M}.-]/u;

/** Whether a character may stand in a host name, dots and hyphens included. */
export function isHostAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  if (code < 128)
    return (
      (code > 96 && code < 123) ||
      (code > 64 && code < 91) ||
      (code > 47 && code < 58) ||
      code === 46 ||
      code === 45
    );
  return code === code && HOST_CHARACTER.test(text.charAt(index));
}

/**
 * End of the host name that starts here and ends in a top-level domain that exists, or undefined. What follows
 * the last such domain is left out: `example.com.Please` and `example.comです` end after `com`. A host has a name
 * before its top-level domain, and `www` alone is none.
 */
export function hostEnd(text: string, start: number): number | undefined {
  let end = start;
  const limit = Math.min(text.length, start + LONGEST_HOST);
  while (end < limit && isHostAt(text, end)) end++;
  const labels = text.slice(start, end).split(".");
  const wrong = labels.findIndex((label) => !isLabel(label));
  // A top-level domain may begin the first label that is none.
  const last = wrong < 0 ? labels.length - 1 : wrong;
  const first = labels[0]!.toLowerCase() === "www" ? 2 : 1;
  let at = start - 1;
  for (let index = 0; index <= last; index++) at += labels[index]!.length + 1;
  for (let index = last; index >= first; index--) {
    const label = labels[index]!;
    at -= label.length;
    const length = topLevelLength(label);
    if (length > 0) return at + length;
    at--;
  }
  return undefined;
}

/** Characters of the top-level domain that a label is, or begins with before letters that no space parts from it; else 0. */
function topLevelLength(label: string): number {
  if (tlds.has(label.toLowerCase())) return label.length;
  const word = /^[A-Za-z]+/.exec(label)?.[0];
  return word && isUnspacedAt(label, word.length) && tlds.has(word.toLowerCase()) ? word.length : 0;
}

function isLabel(label: string): boolean {
  return label.length > 0 && label.length <= LONGEST_LABEL && !label.startsWith("-") && !label.endsWith("-");
}

/** The part of a host after its last dot, in lower case. */
export function topLevel(host: string): string {
  return host.slice(host.lastIndexOf(".") + 1).toLowerCase();
}
