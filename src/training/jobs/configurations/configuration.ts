import type * as YamlLibrary from "yaml";
import type {JobRecord} from "../../../base/store/index.js";
import {onFirstUse} from "../../../base/system/index.js";
import type {JobService} from "../service.js";

/** A training tool: which examples it takes, and its whole configuration for a job. */
export interface ToolConfiguration {
  takes: Pick<JobService, "formats" | "destination" | "usualEpochs" | "usualSeed" | "words" | "limit">;
  /** The file that the tool is given. */
  main: string;
  /** Texts by file name. Paths in them are seen from the job's folder, so that it may be copied to another machine. */
  files(job: JobRecord, output: string): Record<string, string>;
}

/** Comment lines that say what a configuration was made from, each one line whatever is in a name. */
export function originLines({id, name, dataset, version, split, data}: JobRecord): string[] {
  const lines = [
    `# ${name}, job ${id}, written by Assay.`,
    `# Data: ${dataset}@${version}, split ${split.name} (${split.id}).`,
    ...data.map(({path, part, rows, sha256}) => `# ${path}: part ${part}, ${rows} rows, SHA-256 ${sha256}`)
  ];
  // To Python and YAML more than a line feed ends a line, and with it the comment.
  return lines.map((line) => line.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " "));
}

const yaml = onFirstUse<typeof YamlLibrary>("yaml");

/** Settings as YAML that Python's readers, which follow version 1.1, read the same: a bare `no` would be false to them. */
export const yamlText = (settings: object): string => yaml().stringify(settings, {compat: "yaml-1.1"});
