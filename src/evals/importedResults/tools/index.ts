import {braintrust} from "./braintrust.js";
import {csv} from "./csv.js";
import {inspect} from "./inspect/index.js";
import {langfuse} from "./langfuse.js";
import {lmEval} from "./lmEval.js";
import {openaiEvals} from "./openaiEvals/index.js";
import {phoenix} from "./phoenix.js";
import {promptfoo} from "./promptfoo/results.js";
import type {ForeignTool} from "./types.js";

/** One line for each tool: a file or a folder beside this one. The first that recognises a file reads it. */
export const tools: readonly ForeignTool[] = [
  inspect,
  promptfoo,
  openaiEvals,
  lmEval,
  phoenix,
  langfuse,
  braintrust,
  csv
];
