import {createHash} from "node:crypto";
import type {Json, Scorer} from "./types.js";

/**
 * SHA-256 (hex) over the scorer's source text, that of its `aggregate` and of the functions it `uses`, and its
 * settings. Editing any of them gives a new version, so that no score made by the old text is shown again.
 * The order of keys in the settings does not matter; comments and white space in the source do.
 */
export function scorerVersion(scorer: Scorer): string {
  const hash = createHash("sha256");
  const parts = [scorer, scorer.aggregate, ...(scorer.uses ?? [])].map((part) => part?.toString() ?? "");
  for (const part of [...parts, canonicalJson(scorer.settings ?? null)]) {
    hash.update(`${Buffer.byteLength(part)}:`).update(part);
  }
  return hash.digest("hex");
}

/** Gives a configured scorer the settings (and the helpers it `uses`) that enter its version. */
export function withSettings(
  scorer: (input: Parameters<Scorer>[0]) => ReturnType<Scorer>,
  settings: {[key: string]: Json},
  rest: Pick<Scorer, "uses" | "aggregate" | "binary" | "asks" | "judge" | "human"> = {}
): Scorer {
  return Object.assign(scorer, {settings}, rest);
}

function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const entries = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key]!)}`);
  return `{${entries.join(",")}}`;
}
