import type {ForeignTool} from "../types.js";
import {inspectRequests} from "./requests.js";
import {inspectResults} from "./results.js";

/** Inspect: results of its logs, and projects that replay and ask as the logs did. */
export const inspect: ForeignTool = {...inspectResults, requests: inspectRequests};
