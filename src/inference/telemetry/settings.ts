export interface TelemetryOptions {
  /** The version of Assay that spans name. */
  version: string;
  /** Told what keeps telemetry from being sent, once for each reason. */
  onMessage(text: string): void;
}

/** Which signals the environment asks for. */
export interface Signals {
  traces: boolean;
  metrics: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the standard variables of OpenTelemetry ask for: a signal is sent when an OTLP endpoint is named for it or for
 * all, or when `OTEL_TRACES_EXPORTER` (`OTEL_METRICS_EXPORTER`) is "otlp", and is not sent when that is "none" or
 * `OTEL_SDK_DISABLED` is "true". An empty variable counts as unset.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function signalsOf(env: Environment): Signals {
  const wanted = (signal: "TRACES" | "METRICS") => {
    const exporter = env[`OTEL_${signal}_EXPORTER`]?.trim().toLowerCase();
    if (exporter) return exporter === "otlp";
    return [env.OTEL_EXPORTER_OTLP_ENDPOINT, env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`]].some((endpoint) =>
      endpoint?.trim()
    );
  };
  if (env.OTEL_SDK_DISABLED?.trim().toLowerCase() === "true") return {traces: false, metrics: false};
  return {traces: wanted("TRACES"), metrics: wanted("METRICS")};
}

/** The variable that should name a collector's address and does not; undefined when there is none. */
export function noAddress(env: Environment): string | undefined {
  return ["", "TRACES_", "METRICS_"]
    .map((signal) => `OTEL_EXPORTER_OTLP_${signal}ENDPOINT`)
    .find((name) => env[name]?.trim() && !/^https?:$/.test(protocolOf(env[name].trim())));
}

const protocolOf = (address: string) => (URL.canParse(address) ? new URL(address).protocol : "");
