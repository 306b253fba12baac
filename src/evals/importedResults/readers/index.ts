import {braintrust} from "./braintrust.js";
import {csv} from "./csv.js";
import {inspect} from "./inspect.js";
import {langfuse} from "./langfuse.js";
import {lmEval} from "./lmEval.js";
import {openaiEvals} from "./openaiEvals.js";
import {phoenix} from "./phoenix.js";
import {promptfoo} from "./promptfoo.js";
import type {ResultReader} from "./types.js";

/** One line for each tool whose results can be read. The first that knows a file reads it. */
export const readers: readonly ResultReader[] = [
  inspect,
  promptfoo,
  openaiEvals,
  lmEval,
  phoenix,
  langfuse,
  braintrust,
  csv
];
