export {observedAnswer, observedCall, observedRun, type RunFacts} from "./active.js";
export {startTelemetry} from "./start.js";
