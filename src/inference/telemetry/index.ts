/**
 * OpenTelemetry traces and metrics of runs and calls, by the GenAI conventions. In: what a run and its calls report. Out: spans
 * and metrics, sent to the collector that the environment names; nothing where it names none. It decides nothing, and changes no
 * answer.
 */
export {
  currentTrace,
  observedAnswer,
  observedCall,
  observedRun,
  type RunFacts,
  underTrace
} from "./active.js";
export {startTelemetry} from "./start.js";
