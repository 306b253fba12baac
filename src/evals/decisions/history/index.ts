export {expectedChange, expectedText} from "./expectedChange.js";
export {history, type HistoryEntry} from "./history.js";
export {type Traced, traceHistory, type TracedRun} from "./trace.js";
export {areRequestsKnown, recordChanges} from "./recordChanges.js";
