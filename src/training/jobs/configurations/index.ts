import {axolotl} from "./axolotl.js";
import type {ToolConfiguration} from "./configuration.js";
import {llamaFactory} from "./llamaFactory.js";
import {trl} from "./trl.js";
import {unsloth} from "./unsloth.js";

const tools = {axolotl, trl, unsloth, "llama-factory": llamaFactory} satisfies Record<
  string,
  ToolConfiguration
>;

export type TrainingTool = keyof typeof tools;
export const TOOLS = Object.keys(tools) as TrainingTool[];

/** A tool's configuration, with the hashes of the data in the form that `sha256sum -c` reads. */
export function configurationOf(tool: TrainingTool): ToolConfiguration {
  const own = tools[tool];
  return {
    ...own,
    files: (job, output) => ({
      ...own.files(job, output),
      SHA256SUMS: job.data.map(({sha256, path}) => `${sha256}  ${path}\n`).join("")
    })
  };
}
