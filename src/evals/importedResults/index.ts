/**
 * Reads results and projects of other tools: Inspect, promptfoo, OpenAI Evals, lm-eval, Phoenix, Langfuse, Braintrust, tables.
 * In: files, each recognised by its content. Out: a sealed run with their scores (`sealImported`), or a project of Assay's.
 * A tool is one file or folder of `tools/` and one line of its index. It calls no model; datasets' own sources are in data/datasets.
 */
export {combine} from "./combine.js";
export {readResults} from "./readResults.js";
export {sealImported} from "./sealImported.js";
export {otherFiles} from "./otherFiles.js";
export {imported, type ImportedSource} from "./types.js";
