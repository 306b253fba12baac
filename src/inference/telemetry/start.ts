import {setActive, type Telemetry} from "./active.js";
import {noAddress, signalsOf, type TelemetryOptions} from "./settings.js";

const PACKAGES = [
  "@opentelemetry/sdk-trace-base",
  "@opentelemetry/sdk-metrics",
  "@opentelemetry/resources",
  "@opentelemetry/exporter-trace-otlp-http",
  "@opentelemetry/exporter-metrics-otlp-http"
];

/**
 * Starts traces and metrics when the environment asks for them (`OTEL_EXPORTER_OTLP_ENDPOINT` and the other standard
 * variables). Without that nothing is loaded, and undefined is returned; so it is, with a message, when OpenTelemetry's
 * packages are not installed. Whoever started it calls `end`.
 */
export async function startTelemetry({
  version,
  onMessage
}: TelemetryOptions): Promise<Pick<Telemetry, "end"> | undefined> {
  const signals = signalsOf(process.env);
  if (!signals.traces && !signals.metrics) return undefined;
  const wrong = noAddress(process.env);
  if (wrong !== undefined) {
    onMessage(
      `${wrong} is no address such as http://localhost:4318: no traces or metrics are sent. Mend it, or unset it.`
    );
    return undefined;
  }
  try {
    const {openTelemetry} = await import("./openTelemetry.js");
    const telemetry = openTelemetry(signals, {version, onMessage});
    setActive(telemetry);
    return {
      end() {
        setActive(undefined);
        return telemetry.end();
      }
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    onMessage(
      `OTEL_* asks for traces or metrics, and OpenTelemetry's packages are not installed: none are sent. Run \`npm install ${PACKAGES.join(" ")}\`.`
    );
    return undefined;
  }
}
