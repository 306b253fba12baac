import {parseReference} from "./reference.js";
import type {Problem} from "./problems.js";
import {meant, pathText, told} from "./told.js";
import type {ModelReference} from "./types.js";

/** Notes what is wrong at a path of the recipe, with its line. */
export interface RecipeReader {
  /** All that is odd without being wrong. */
  readonly warnings: string[];
  /** All that is read here but that the reference refuses: problems when it is followed exactly. */
  readonly refusedWhenExact: Problem[];
  problem(path: string, message: string): void;
  warning(path: string, message: string): void;
  onlyHere(path: string, message: string): void;
  keys(value: Record<string, unknown>, path: string, known: readonly string[]): void;
  reference(value: unknown, path: string): ModelReference | undefined;
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export interface ReaderOptions {
  /** Another reader of the same recipe, whose notes are added to. */
  notes?: Pick<RecipeReader, "warnings" | "refusedWhenExact">;
  /** What paths begin in, for the values found there. */
  root?: unknown;
  /** The path of `root` in the recipe. */
  prefix?: string;
}

/** A reader that adds to `problems`. */
export function makeReader(
  lines: Record<string, number>,
  problems: Problem[],
  {notes = {warnings: [], refusedWhenExact: []}, root, prefix}: ReaderOptions = {}
): RecipeReader {
  const {warnings, refusedWhenExact} = notes;
  const lineAt = (path: string) => {
    let at = path;
    while (lines[at] === undefined && at !== "")
      at = at.includes(".") ? at.slice(0, at.lastIndexOf(".")) : "";
    return lines[at] ?? 1;
  };
  const problem = (path: string, message: string) => {
    const words = told(root, path, message);
    problems.push({line: lineAt(path), message: prefix ? `${pathText(prefix)}.${words}` : words});
  };
  const keys: RecipeReader["keys"] = (value, path, known) => {
    for (const key of Object.keys(value))
      if (!known.includes(key))
        problem(
          path ? `${path}.${key}` : key,
          `unknown key ${JSON.stringify(key)}.${meant(key, known)} Known here: ${known.join(", ")}.`
        );
  };
  return {
    keys,
    warnings,
    refusedWhenExact,
    problem,
    warning: (path, message) => void warnings.push(`line ${lineAt(path)}: ${message}`),
    onlyHere: (path, message) => void refusedWhenExact.push({line: lineAt(path), message}),
    reference(value, path) {
      if (isMapping(value)) {
        keys(value, path, ["model", "lora", "override_architecture"]);
        for (const part of ["model", "lora"])
          if (isMapping(value[part])) keys(value[part], `${path}.${part}`, ["path", "revision"]);
      }
      const parsed = readReference(value);
      if (typeof parsed !== "string") return parsed;
      problem(path, parsed + ".");
      return undefined;
    }
  };
}

function readReference(value: unknown): ModelReference | string {
  if (typeof value === "string") return parseReference(value);
  const part = (of: unknown) =>
    isMapping(of) && typeof of.path === "string"
      ? {path: of.path, revision: of.revision == null ? undefined : String(of.revision)}
      : undefined;
  if (isMapping(value)) {
    const model = part(value.model);
    const adapter = value.lora == null ? undefined : part(value.lora);
    if (model && (value.lora == null || adapter)) return {...model, adapter};
  }
  return "a model is a path such as ./models/base, or MODEL+ADAPTER";
}
