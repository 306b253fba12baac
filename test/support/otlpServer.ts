import {createServer} from "node:http";
import type {AddressInfo} from "node:net";
import {gunzipSync} from "node:zlib";

interface OtlpValue {
  stringValue?: string;
  intValue?: number | string;
  doubleValue?: number;
  boolValue?: boolean;
  arrayValue?: {values: OtlpValue[]};
}

interface OtlpAttribute {
  key: string;
  value: OtlpValue;
}

export interface ReceivedSpan {
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  status: {code: number; message?: string};
  attributes: Record<string, unknown>;
}

export interface ReceivedPoint {
  metric: string;
  unit: string;
  count?: number;
  sum?: number;
  bounds?: number[];
  value?: number;
  attributes: Record<string, unknown>;
}

export interface OtlpServer {
  url: string;
  spans: ReceivedSpan[];
  /** Data points of the last export. */
  points: ReceivedPoint[];
  /** Attributes of the resource that sent them. */
  resource: Record<string, unknown>;
  /** All that was received, as text. */
  readonly text: string;
  close(): Promise<void>;
}

/** A loopback collector that takes OTLP over HTTP as JSON. */
export async function startOtlpServer(): Promise<OtlpServer> {
  const bodies: string[] = [];
  const received: OtlpServer = {
    url: "",
    spans: [],
    points: [],
    resource: {},
    get text() {
      return bodies.join("\n");
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      })
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const text = (request.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes).toString();
    bodies.push(text);
    if (request.url === "/v1/traces") takeSpans(received, JSON.parse(text) as OtlpTraces);
    else if (request.url === "/v1/metrics") takePoints(received, JSON.parse(text) as OtlpMetrics);
    response.writeHead(200, {"content-type": "application/json"}).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  received.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return received;
}

interface OtlpResource {
  attributes: OtlpAttribute[];
}

interface OtlpTraces {
  resourceSpans: {
    resource: OtlpResource;
    scopeSpans: {spans: (Omit<ReceivedSpan, "attributes"> & {attributes: OtlpAttribute[]})[]}[];
  }[];
}

interface OtlpPoint {
  attributes: OtlpAttribute[];
  count?: number | string;
  sum?: number;
  explicitBounds?: number[];
  asDouble?: number;
  asInt?: number | string;
}

interface OtlpMetrics {
  resourceMetrics: {
    scopeMetrics: {
      metrics: {
        name: string;
        unit: string;
        histogram?: {dataPoints: OtlpPoint[]};
        sum?: {dataPoints: OtlpPoint[]};
      }[];
    }[];
  }[];
}

function takeSpans(received: OtlpServer, {resourceSpans}: OtlpTraces): void {
  for (const {resource, scopeSpans} of resourceSpans) {
    received.resource = plain(resource.attributes);
    for (const {spans} of scopeSpans)
      received.spans.push(...spans.map((span) => ({...span, attributes: plain(span.attributes)})));
  }
}

function takePoints(received: OtlpServer, {resourceMetrics}: OtlpMetrics): void {
  received.points = resourceMetrics.flatMap(({scopeMetrics}) =>
    scopeMetrics.flatMap(({metrics}) =>
      metrics.flatMap(({name, unit, histogram, sum}) =>
        (histogram ?? sum)!.dataPoints.map((point) => ({
          metric: name,
          unit,
          count: point.count === undefined ? undefined : Number(point.count),
          sum: point.sum,
          bounds: point.explicitBounds,
          value: point.asDouble ?? (point.asInt === undefined ? undefined : Number(point.asInt)),
          attributes: plain(point.attributes)
        }))
      )
    )
  );
}

const plain = (attributes: readonly OtlpAttribute[]) =>
  Object.fromEntries(attributes.map(({key, value}) => [key, plainValue(value)]));

function plainValue({stringValue, intValue, doubleValue, boolValue, arrayValue}: OtlpValue): unknown {
  if (arrayValue) return arrayValue.values.map(plainValue);
  return stringValue ?? doubleValue ?? boolValue ?? (intValue === undefined ? undefined : Number(intValue));
}
