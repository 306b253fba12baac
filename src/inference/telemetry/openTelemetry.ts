import {context, diag, DiagLogLevel, metrics, trace} from "@opentelemetry/api";
import {OTLPMetricExporter} from "@opentelemetry/exporter-metrics-otlp-http";
import {OTLPTraceExporter} from "@opentelemetry/exporter-trace-otlp-http";
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes
} from "@opentelemetry/resources";
import {MeterProvider, PeriodicExportingMetricReader} from "@opentelemetry/sdk-metrics";
import {BasicTracerProvider, BatchSpanProcessor} from "@opentelemetry/sdk-trace-base";
import type {Telemetry} from "./active.js";
import {asyncContext} from "./asyncContext.js";
import {genAi} from "./genAi.js";
import type {Signals, TelemetryOptions} from "./settings.js";

/** A collector that does not answer may hold up the end of a command for so long. */
const FLUSH_MS = 5_000;
/** What is still tried then would keep the process from ending: an export, with what is tried again, ends before. */
const EXPORT_MS = 4_500;
/** Embedded models answer thousands of calls a second, which the standard queue of 2,048 would drop. */
const QUEUE = 16_384;
const EXPORT_INTERVAL_MS = 60_000;

/** The OpenTelemetry SDK with OTLP exporters, which read their own `OTEL_EXPORTER_OTLP_*` variables. */
export function openTelemetry(signals: Signals, {version, onMessage}: TelemetryOptions): Telemetry {
  const told = new Set<string>();
  const tell = (text: string) => {
    const reason = `telemetry could not be sent: ${exportFailure(text)}. The run goes on.`;
    if (!told.has(reason)) onMessage(reason);
    told.add(reason);
  };
  const quiet = () => undefined;
  diag.setLogger(
    {error: tell, warn: quiet, info: quiet, debug: quiet, verbose: quiet},
    {logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true}
  );
  const resource = defaultResource()
    .merge(resourceFromAttributes({"service.name": "assay", "service.version": version}))
    .merge(detectResources({detectors: [envDetector]}));
  const tracers = new BasicTracerProvider({
    resource,
    spanProcessors: signals.traces
      ? [
          new BatchSpanProcessor(new OTLPTraceExporter({timeoutMillis: timeoutOf("TRACES")}), {
            maxQueueSize: Number(process.env.OTEL_BSP_MAX_QUEUE_SIZE) || QUEUE
          })
        ]
      : []
  });
  const meters = new MeterProvider({
    resource,
    readers: signals.metrics
      ? [
          new PeriodicExportingMetricReader({
            exporter: new OTLPMetricExporter({timeoutMillis: timeoutOf("METRICS")}),
            exportIntervalMillis: Number(process.env.OTEL_METRIC_EXPORT_INTERVAL) || EXPORT_INTERVAL_MS,
            exportTimeoutMillis: Number(process.env.OTEL_METRIC_EXPORT_TIMEOUT) || FLUSH_MS
          })
        ]
      : []
  });
  // Registered, so that spans of a project's own endpoints and scorers take their place in the trace.
  context.setGlobalContextManager(asyncContext());
  trace.setGlobalTracerProvider(tracers);
  metrics.setGlobalMeterProvider(meters);
  return {
    ...genAi(tracers.getTracer("assay", version), meters.getMeter("assay", version)),
    async end() {
      const sent = Promise.allSettled([tracers.shutdown(), meters.shutdown()]);
      const timedOut = await Promise.race([
        sent.then(() => false),
        new Promise<boolean>((resolve) => setTimeout(resolve, FLUSH_MS, true).unref())
      ]);
      if (timedOut) tell(`the collector did not answer within ${FLUSH_MS / 1000} s`);
      for (const one of [trace, metrics, context, diag]) one.disable();
    }
  };
}

function timeoutOf(signal: "TRACES" | "METRICS"): number {
  const {env} = process;
  const stated = Number(env[`OTEL_EXPORTER_OTLP_${signal}_TIMEOUT`] || env.OTEL_EXPORTER_OTLP_TIMEOUT);
  return stated > 0 ? Math.min(stated, EXPORT_MS) : EXPORT_MS;
}

/** The SDK reports an error as a JSON text of its members, stack included. */
function exportFailure(text: string): string {
  try {
    const {message, code} = JSON.parse(text) as {message?: string; code?: string};
    return [message, code].filter(Boolean).join(" ") || text;
  } catch {
    return text;
  }
}
