import {UserError, withoutCredentials} from "../../../base/validation/index.js";
import {oneLine} from "../../../base/validation/lineText.js";
import type {ResultsContent} from "../content.js";
import type {LogRequests} from "../projects/requestSettings.js";
import type {ForeignProject} from "../projects/types.js";
import type {ImportedAnswer, ImportedFile} from "../types.js";

/** Another tool: how its files are recognised, and what Assay takes over from them. */
export interface ForeignTool {
  tool: string;
  /** Whether a file is this tool's, by what is in it. */
  matches(content: ResultsContent): boolean;
  /** Each file is complete: a broken one does not keep the others from being read. */
  apart?: true;
  /** All files of the tool at once: some tools keep answers and scores in separate files. */
  read(contents: readonly ResultsContent[]): Promise<ImportedFile[]>;
  /** How a log's model was asked, for a project made of the log; undefined where the file does not say. */
  requests?(content: ResultsContent): Promise<LogRequests | undefined>;
  /** A project of the tool's own exports; without it a project is made of logged answers. */
  project?(contents: readonly ResultsContent[], files: readonly ImportedFile[], name: string): ForeignProject;
}

/** A file's record. Names of candidates and models, and reasons, may hold addresses: their credentials stay out. Names are of one line. */
export function fileOf(
  {path, sha256, bytes}: ResultsContent,
  found: Omit<ImportedFile, "path" | "sha256" | "bytes" | "notes"> & {notes?: string[]}
): ImportedFile {
  return {path, sha256, bytes, notes: [], ...found, answers: found.answers.map(withPlainNames)};
}

function withPlainNames(answer: ImportedAnswer): ImportedAnswer {
  const [candidate, model] = [answer.candidate, answer.model].map(
    (name) => name && oneLine(withoutCredentials(name))
  );
  return {
    ...answer,
    candidate: candidate!,
    model,
    failed: answer.failed && withoutCredentials(answer.failed),
    scores: answer.scores.map((score) => ({...score, scorer: oneLine(score.scorer)})),
    slices:
      answer.slices &&
      Object.fromEntries(Object.entries(answer.slices).map(([name, value]) => [oneLine(name), value]))
  };
}

/** The file is of this tool, and a part of it is not what the tool writes. */
export function misshapen(path: string, where: string, expected: string): UserError {
  return new UserError(`${path}: ${where} ${expected}. Export it again, or name another file.`);
}

const MOST_NUMBERED = 10;

/** Places of one kind in a file: "line 3", or "line 3, 5, 9". */
export function numberedPlaces(what: string, places: readonly (number | string)[]): string {
  const more = places.length - MOST_NUMBERED;
  return `${what} ${places.slice(0, MOST_NUMBERED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
