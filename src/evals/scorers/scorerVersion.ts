import {createHash} from "node:crypto";
import {functionVersion, moduleVersion} from "../../base/fingerprint/index.js";
import type {Json, Scorer} from "./types.js";

/**
 * SHA-256 (hex) over a scorer's code, with all that it imports, its settings and its corpus figure. Editing any of them gives a new version,
 * so that no score made by other code is shown again. The order of keys in the settings does not matter. A scorer that
 * names its `module` has that module's version; of any other its own code counts, as `functionVersion` finds it.
 */
export function scorerVersion(scorer: Scorer): string {
  const {module, corpus, given = [], settings = null} = scorer;
  const code = module === undefined ? [functionVersion(scorer), ""] : [moduleVersion(module)];
  const figure = corpus ? [JSON.stringify(corpus)] : [];
  return hashOfParts([...code, ...given.map(functionVersion), canonicalJson(settings), ...figure]);
}

/**
 * The version of a scorer as a run records it: for a judge also what identifies the endpoint it asks (its address or
 * weights, never a key), so that another judge behind the same name never shows the old one's scores.
 */
export async function identifiedVersion(scorer: Scorer): Promise<string> {
  const version = scorerVersion(scorer);
  if (!scorer.asks) return version;
  const identity = await scorer.asks.identity(modelAsked(scorer) ?? "");
  return hashOfParts([version, canonicalJson({kind: scorer.asks.kind, ...identity})]);
}

/** The model that a scorer's endpoint is asked for; undefined when it asks none. */
export function modelAsked({judge, asksModel}: Scorer): string | undefined {
  return judge?.model ?? asksModel;
}

function hashOfParts(parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest("hex");
}

/** Gives a configured scorer the settings that enter its version, and the module that made it. */
export function withSettings(
  scorer: (input: Parameters<Scorer>[0]) => ReturnType<Scorer>,
  settings: {[key: string]: Json},
  rest: Pick<
    Scorer,
    | "module"
    | "given"
    | "check"
    | "corpus"
    | "binary"
    | "asks"
    | "asksModel"
    | "callsEach"
    | "judge"
    | "human"
    | "executesCode"
    | "bounds"
  > = {}
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
