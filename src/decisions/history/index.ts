export {history, type HistoryEntry, type HistoryOptions} from "./history.js";
export {type Traced, traceHistory, type TracedRun} from "./trace.js";
export {type Change, whatChanged} from "./whatChanged.js";
