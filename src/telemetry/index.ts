export {observedCall, observedRun, type RunFacts} from "./active.js";
export {startTelemetry, type TelemetryOptions} from "./start.js";
