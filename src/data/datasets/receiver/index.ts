/** Takes OpenTelemetry spans on this machine. In: OTLP over HTTP. Out: rows that wait in the store for a pull. */
export {spanReceiver} from "./spanReceiver.js";
