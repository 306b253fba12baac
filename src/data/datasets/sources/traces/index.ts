/** Calls of models as tools that trace them tell it, as rows of one form. */
export {keepReceived} from "./inbox.js";
export {otlpRows} from "./otlpRows.js";
export {TRACE_FACTS} from "./traceRow.js";
