export {
  currentTrace,
  observedAnswer,
  observedCall,
  observedRun,
  type RunFacts,
  underTrace
} from "./active.js";
export {startTelemetry} from "./start.js";
