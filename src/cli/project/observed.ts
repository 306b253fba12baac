import {startTelemetry} from "../../inference/telemetry/index.js";
import {note} from "../terminal/terminal.js";
import {assayVersion} from "./version.js";

/** Does a command's work, with traces and metrics when OTEL_* asks for them; what is left is sent at its end. */
export async function observed<T>(work: () => Promise<T>): Promise<T> {
  const telemetry = await startTelemetry({version: assayVersion(), onMessage: (text) => note(`! ${text}`)});
  try {
    return await work();
  } finally {
    await telemetry?.end();
  }
}
