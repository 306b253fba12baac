import type {JobRecord} from "../../../base/store/index.js";
import type {JobService} from "../service.js";
import {axolotl} from "./axolotl.js";
import {llamaFactory} from "./llamaFactory.js";
import {trl} from "./trl.js";
import {unsloth} from "./unsloth.js";

/** A training tool: which examples it takes, and its whole configuration for a job. */
export interface ToolConfiguration {
  takes: Pick<JobService, "formats" | "destination" | "usualEpochs" | "usualSeed" | "words" | "limit">;
  /** The file that the tool is given. */
  main: string;
  /** Texts by file name. Paths in them are seen from the job's folder, so that it may be copied to another machine. */
  files(job: JobRecord, output: string): Record<string, string>;
}

const tools = {axolotl, trl, unsloth, "llama-factory": llamaFactory} satisfies Record<
  string,
  ToolConfiguration
>;

export type Tool = keyof typeof tools;
export const TOOLS = Object.keys(tools) as Tool[];

/** A tool's configuration, with the hashes of the data in the form that `sha256sum -c` reads. */
export function configurationOf(tool: Tool): ToolConfiguration {
  const own = tools[tool];
  return {
    ...own,
    files: (job, output) => ({
      ...own.files(job, output),
      SHA256SUMS: job.data.map(({sha256, path}) => `${sha256}  ${path}\n`).join("")
    })
  };
}
