import type {ForeignTool} from "../types.js";
import {openaiProject} from "./project.js";
import {openaiResults} from "./results.js";

/** OpenAI Evals: results of its exports, and projects of them. */
export const openaiEvals: ForeignTool = {...openaiResults, project: openaiProject};
