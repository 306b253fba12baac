import type {EvalDefinition} from "./define.js";

/** An eval of a project's evals/. */
export interface NamedEval {
  name: string;
  /** Path from the project's folder, with forward slashes. */
  path: string;
  /** SHA-256 of the file's text. */
  sha256: string;
  definition: EvalDefinition;
}
