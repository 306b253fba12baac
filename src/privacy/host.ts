import {createRequire} from "node:module";
import {domainToASCII} from "node:url";

const tlds = new Set<string>();
for (const tld of createRequire(import.meta.url)("tlds") as string[]) {
  tlds.add(tld);
  tlds.add(domainToASCII(tld));
}

const LONGEST_HOST = 253;
const LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?$/u;
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
 * the last such domain is left out: `example.com.Please` ends after `com`. A host has a name before its
 * top-level domain, and `www` alone is none.
 */
export function hostEnd(text: string, start: number): number | undefined {
  let end = start;
  const limit = Math.min(text.length, start + LONGEST_HOST);
  while (end < limit && isHostAt(text, end)) end++;
  const labels = text.slice(start, end).split(".");
  let good = 0;
  while (good < labels.length && LABEL.test(labels[good]!)) good++;
  const least = labels[0]?.toLowerCase() === "www" ? 3 : 2;
  let length = labels.slice(0, good).reduce((sum, label) => sum + label.length + 1, -1);
  for (let count = good; count >= least; count--) {
    const last = labels[count - 1]!;
    if (tlds.has(last.toLowerCase())) return start + length;
    length -= last.length + 1;
  }
  return undefined;
}

/** The part of a host after its last dot, in lower case. */
export function topLevel(host: string): string {
  return host.slice(host.lastIndexOf(".") + 1).toLowerCase();
}
