import type {RunManifest} from "../../base/store/index.js";

/** One scorer's word on one answer, as another tool kept it. */
export interface ImportedScore {
  scorer: string;
  /** Absent when the scorer gave none: `reason` then says why. */
  value?: number;
  reason?: string;
  /** What the tool kept beside it: an explanation, a label. */
  details?: Record<string, unknown>;
  /** True when a person gave it. */
  human?: boolean;
}

/** One answer of one candidate to one row. */
export interface ImportedAnswer {
  row: string;
  candidate: string;
  /** 0-based; counted in the order of the file when absent. */
  repeat?: number;
  /** Absent when the tool kept none. */
  output?: string;
  /** Why the candidate gave no answer. */
  failed?: string;
  scores: ImportedScore[];
  /** What was asked. */
  input?: string;
  expected?: unknown;
  /** Whatever tells rows apart in groups: categories, tags, columns. */
  slices?: Record<string, string>;
  model?: string;
  latencyMs?: number;
  promptTokens?: number;
  completionTokens?: number;
  cachedTokens?: number;
  costUsd?: number;
  /** ISO time. */
  finishedAt?: string;
}

/** What one file holds. */
export interface ImportedFile {
  path: string;
  sha256: string;
  bytes: number;
  /** The tool that wrote it, as its reader is named. */
  tool: string;
  /** The tool's version, where the file states it. */
  version?: string;
  /** What was evaluated, where the file states it. */
  title?: string;
  answers: ImportedAnswer[];
  /** A file beside it that was read too: what the tool wrote of the whole run. */
  beside?: string;
  /** What a reader of the verdict should know of the file, a sentence each that the path is set before. */
  notes: string[];
  /** Why answers are missing that the tool gave or was to give, as a predicate of the path; absent where none is known to be. */
  lacks?: string;
  /** How many, where the file tells it. */
  missing?: number;
}

/** Where scores come from: files of other tools, and what to make of them. */
export interface ImportedSource {
  kind: "imported";
  /** Paths from the project's folder; `NAME=PATH` names the candidate of a file that holds one. */
  files: string[];
  /** The scorer the verdict is about. */
  scorer?: string;
  /** What the others are measured against; the first candidate when absent. */
  baseline?: string;
  /** The column or metadata by which rows are not independent. */
  cluster?: string;
  /** Columns or metadata that cut the rows; those with few values when absent. */
  slices?: string[];
}

/**
 * Scores that another tool gave, as the source of an eval: `defineEval({source: imported({files: ["results.json"]})})`.
 * The eval then needs no dataset, candidates or scorers, and its run makes no call.
 */
export function imported(source: Omit<ImportedSource, "kind">): ImportedSource {
  return {kind: "imported", ...source};
}

export interface CombinedAnswer extends ImportedAnswer {
  repeat: number;
}

/** A scorer's version: the tool's, as that scored. */
export const importedVersion = ({tool, version}: {tool: string; version?: string}) =>
  version === undefined ? `imported from ${tool}` : `imported from ${tool} ${version}`;

export interface SealImportedOptions {
  /** What the run is a run of. */
  eval: string;
  title?: string;
  margin?: number;
  publish?: RunManifest["publish"];
  gate?: RunManifest["gate"];
  evalFile?: RunManifest["evalFile"];
  code: RunManifest["code"];
  /** What to type to make the run again. */
  command: string;
  /** What pages show of what was asked, given the row's position; nothing when absent. */
  excerpt?: (text: string, position: number) => string | undefined;
  now?: () => number;
}
