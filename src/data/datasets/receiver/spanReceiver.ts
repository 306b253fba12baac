import {createServer, type IncomingMessage, type Server, type ServerResponse} from "node:http";
import {promisify} from "node:util";
import {gunzip} from "node:zlib";
import {inboxOf, type Workspace} from "../../../base/store/index.js";
import {messageOf} from "../../../base/validation/index.js";
import type {DatasetDefinition} from "../define.js";
import type {Redactor} from "../redactor.js";
import {keepReceived, otlpRows} from "../sources/index.js";
import {readTraces} from "./protobuf.js";

export interface SpanReceiverOptions {
  /** Needed where the dataset has rules of privacy: nothing is written before it. */
  redactor?: Redactor;
  /** Told at every request how many calls of models it brought. */
  onReceived?: (calls: number) => void;
  onProblem?: (message: string) => void;
  /** Most bytes of a request, packed and unpacked; default 32 MiB. */
  mostBytes?: number;
}

/** Requests that are worked on at once: others are asked to come again. */
const AT_ONCE = 8;

/** What an answer says, to those who send and to those who read their logs. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string
  ) {
    super(message);
  }
}

/**
 * A server for OTLP over HTTP that keeps calls of models for a dataset (https://opentelemetry.io/docs/specs/otlp/#otlphttp). It
 * answers 200 once they are on the disk. It is meant to listen on loopback, and refuses what a web page sends.
 */
export function spanReceiver(
  workspace: Workspace,
  {name, sql, privacy}: Pick<DatasetDefinition, "name" | "sql" | "privacy">,
  {redactor, onReceived, onProblem, mostBytes = 32 * 2 ** 20}: SpanReceiverOptions
): {server: Server; close(): Promise<void>} {
  if (privacy && !redactor) throw new Error(`dataset ${name} has privacy rules, and no redactor was given`);
  const inbox = inboxOf(workspace, name);
  let open = 0;
  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isJson = assertAccepted(request);
    if (open >= AT_ONCE) throw new Refusal(503, "busy: send again");
    open++;
    try {
      const bytes = await bodyOf(request, mostBytes);
      const exported = isJson ? jsonOf(bytes) : readOrRefuse(bytes);
      const rows = otlpRows(exported);
      if (!rows) throw new Refusal(400, "not an export of traces: no `resourceSpans`");
      await keepReceived(inbox, rows, {redactor, hasSql: sql !== undefined}).catch((cause: unknown) => {
        onProblem?.(`! could not be kept: ${messageOf(cause)}`);
        throw new Refusal(503, "could not be kept: send again");
      });
      onReceived?.(rows.filter(({id}) => id !== undefined).length);
      if (isJson) answer(response, 200, "{}");
      else response.writeHead(200, {"content-type": "application/x-protobuf"}).end();
    } finally {
      open--;
    }
  }
  const server = createServer({requestTimeout: 60_000, headersTimeout: 15_000}, (request, response) => {
    receive(request, response).catch((error: unknown) => {
      const {status, message} =
        error instanceof Refusal ? error : {status: 400, message: "unreadable request"};
      if (status !== 503) onProblem?.(`! refused a request (${status}): ${message}`);
      if (response.headersSent || response.destroyed) return;
      if (!request.complete) response.setHeader("connection", "close");
      if (status === 503) response.setHeader("retry-after", "1");
      answer(response, status, JSON.stringify({message}));
    });
  });
  return {
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      })
  };
}

function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {"content-type": "application/json"}).end(body);
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/** Whether the body is JSON; otherwise it is protobuf. Throws for what is not taken. */
function assertAccepted({method, url, headers}: IncomingMessage): boolean {
  // A page's name may be made to lead here, and pages may send to this machine: neither speaks OTLP by this name.
  if (!LOOPBACK.test(headers.host ?? "") || headers.origin !== undefined)
    throw new Refusal(403, "only programs of this machine may send here");
  const path = (url ?? "").split("?")[0];
  if (path === "/v1/metrics" || path === "/v1/logs")
    throw new Refusal(
      404,
      "only traces are taken. Set OTEL_METRICS_EXPORTER=none and OTEL_LOGS_EXPORTER=none, or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT alone."
    );
  if (path !== "/v1/traces") throw new Refusal(404, "only /v1/traces is taken");
  if (method !== "POST") throw new Refusal(405, "only POST is taken");
  const type = (headers["content-type"] ?? "").split(";")[0]!.trim().toLowerCase();
  if (type !== "application/json" && type !== "application/x-protobuf")
    throw new Refusal(
      415,
      "only JSON and protobuf over HTTP are taken. Set OTEL_EXPORTER_OTLP_PROTOCOL=http/json or http/protobuf."
    );
  return type === "application/json";
}

async function bodyOf(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const tooLarge = new Refusal(
    413,
    `more than ${Math.floor(mostBytes / 2 ** 20)} MiB. Set OTEL_BSP_MAX_EXPORT_BATCH_SIZE to fewer spans.`
  );
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (encoding !== "identity" && encoding !== "gzip") throw new Refusal(415, "only gzip packs a request");
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > mostBytes) throw tooLarge;
    parts.push(part);
  }
  const body = Buffer.concat(parts);
  if (encoding === "identity") return body;
  return promisify(gunzip)(body, {maxOutputLength: mostBytes}).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === "ERR_BUFFER_TOO_LARGE" ? tooLarge : new Refusal(400, "not packed by gzip");
  });
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8")) as unknown;
  } catch {
    throw new Refusal(400, "not JSON");
  }
}

function readOrRefuse(bytes: Buffer): unknown {
  try {
    return readTraces(bytes);
  } catch {
    throw new Refusal(400, "not an export of traces in protobuf");
  }
}
