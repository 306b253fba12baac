import {createServer, type IncomingMessage, type ServerResponse} from "node:http";
import type {AddressInfo, Socket} from "node:net";

/** One answer of the server. Fields combine: `latencyMs` goes before whatever else happens. */
export interface Behaviour {
  latencyMs?: number;
  /** Nothing is sent before it resolves. */
  after?: Promise<void>;
  status?: number;
  headers?: Record<string, string>;
  /** Sent as it is when a string, as JSON otherwise. */
  body?: unknown;
  /** The connection is cut: before any byte, in the middle of the body, or after some stream events. */
  drop?: "before" | "middle";
  /** Number of stream events sent before the stream ends (or is dropped) without finish_reason and [DONE]. */
  cutAfterEvents?: number;
  /** Milliseconds between stream events. */
  eventGapMs?: number;
  usage?: boolean;
  logprobs?: boolean;
  text?: string;
  /** What the answer names as `system_fingerprint`; "fp_test" unless told. */
  fingerprint?: string;
  /** A stream with finish_reason but without [DONE]. */
  withoutDone?: boolean;
  /** Sent as stream events in place of the usual ones. */
  events?: string[];
}

export interface ReceivedRequest {
  method: string;
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: {
    model?: string;
    messages?: {role: string; content: string | null}[];
    stream?: boolean;
    logprobs?: boolean;
    tools?: unknown[];
    [name: string]: unknown;
  };
  /** The last message's text. */
  prompt: string;
}

export interface ModelServerOptions {
  port?: number;
  models?: string[];
  latencyMs?: number;
  /** What to do with a request; undefined means answer well. `seen` counts earlier requests of the same prompt. */
  behave?(request: ReceivedRequest, seen: number): Behaviour | undefined;
  /** The answer's text. Default: the prompt's last word. */
  answer?(request: ReceivedRequest): string;
  /** Every answer is the same prebuilt bytes and requests are not parsed: for benchmarks. */
  fast?: boolean;
  /** The hub's answer about a model's providers, at /api/models/…. */
  mapping?: object;
  /** Status of `GET …/models`; 200 by default. */
  listStatus?: number;
  /** The answer to `GET …/models` in place of `models`. */
  list?: object;
  /** Beyond this many requests at once the server answers 429. */
  capacity?: number;
}

export interface ModelServer {
  url: string;
  port: number;
  /** Chat requests in order of arrival; empty when `fast`. */
  requests: ReceivedRequest[];
  /** Requests of each prompt. */
  byPrompt: Map<string, number>;
  readonly served: number;
  readonly inFlight: number;
  readonly maxInFlight: number;
  readonly connections: number;
  close(): Promise<void>;
}

/** Requests but those that ask a server whether it is ready. */
export function withoutProbes(requests: readonly ReceivedRequest[]): ReceivedRequest[] {
  return requests.filter(({prompt}) => prompt !== "Answer with the word yes.");
}

/** A loopback server with OpenAI's chat completions that misbehaves as told. */
export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const {models = ["test-model"], latencyMs = 0} = options;
  const requests: ReceivedRequest[] = [];
  const byPrompt = new Map<string, number>();
  const sockets = new Set<Socket>();
  let served = 0;
  let inFlight = 0;
  let maxInFlight = 0;
  let connections = 0;

  const prebuilt = Buffer.from(JSON.stringify(completion("test-model", "ok", {usage: true})));
  const prebuiltHead = ["Content-Type", "application/json", "Content-Length", String(prebuilt.length)];
  const sendPrebuilt = (response: ServerResponse) => {
    inFlight--;
    served++;
    response.writeHead(200, prebuiltHead).end(prebuilt);
  };

  const handle = (request: IncomingMessage, response: ServerResponse) => {
    if (request.method === "GET") {
      if (request.url?.startsWith("/api/models/")) sendJson(response, 200, options.mapping ?? {});
      else
        sendJson(
          response,
          options.listStatus ?? 200,
          options.list ?? {object: "list", data: models.map((id) => ({id, object: "model"}))}
        );
      return;
    }
    inFlight++;
    maxInFlight = Math.max(maxInFlight, inFlight);
    if (options.fast) {
      request.resume();
      if (latencyMs) setTimeout(sendPrebuilt, latencyMs, response);
      else request.on("end", () => sendPrebuilt(response));
      return;
    }
    let counted = true;
    response.on("close", () => {
      if (counted) inFlight--;
      counted = false;
    });
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const received = read(request, Buffer.concat(parts));
      const seen = byPrompt.get(received.prompt) ?? 0;
      byPrompt.set(received.prompt, seen + 1);
      requests.push(received);
      const full = options.capacity !== undefined && inFlight > options.capacity;
      const behaviour = full
        ? {status: 429, body: {error: {message: "too many requests"}}}
        : options.behave?.(received, seen);
      const respond = () => {
        served++;
        void answer(received, response, behaviour ?? {}, options);
      };
      const wait = behaviour?.latencyMs ?? (full ? 0 : latencyMs);
      const sooner = () => (wait ? setTimeout(respond, wait) : respond());
      if (behaviour?.after) void behaviour.after.then(sooner);
      else sooner();
    });
  };

  const server = createServer({keepAliveTimeout: 30_000}, handle);
  server.on("connection", (socket) => {
    connections++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const {port} = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    byPrompt,
    get served() {
      return served;
    },
    get inFlight() {
      return inFlight;
    },
    get maxInFlight() {
      return maxInFlight;
    },
    get connections() {
      return connections;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      })
  };
}

function read(request: IncomingMessage, bytes: Buffer): ReceivedRequest {
  const body = JSON.parse(bytes.toString("utf8")) as ReceivedRequest["body"];
  return {
    method: request.method ?? "",
    path: request.url ?? "",
    headers: request.headers,
    body,
    prompt: body.messages?.at(-1)?.content ?? ""
  };
}

async function answer(
  request: ReceivedRequest,
  response: ServerResponse,
  behaviour: Behaviour,
  options: ModelServerOptions
): Promise<void> {
  if (behaviour.drop === "before") return void response.socket?.destroy();
  const {status = 200, headers = {}} = behaviour;
  const text = behaviour.text ?? options.answer?.(request) ?? request.prompt.trim().split(/\s+/).at(-1) ?? "";
  if (behaviour.body === undefined && status === 200 && request.body.stream)
    return stream(request, response, behaviour, text);
  const content =
    behaviour.body ??
    completion(request.body.model ?? "", text, {
      ...behaviour,
      logprobs: behaviour.logprobs ?? request.body.logprobs
    });
  const bytes = Buffer.from(typeof content === "string" ? content : JSON.stringify(content));
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": bytes.length,
    ...headers
  });
  if (behaviour.drop === "middle") {
    response.write(bytes.subarray(0, bytes.length >> 1), () => response.socket?.destroy());
    return;
  }
  response.end(bytes);
}

async function stream(
  request: ReceivedRequest,
  response: ServerResponse,
  behaviour: Behaviour,
  text: string
): Promise<void> {
  response.writeHead(200, {"content-type": "text/event-stream", ...behaviour.headers});
  const events = behaviour.events ?? streamEvents(request, text, behaviour);
  for (const [index, event] of events.entries()) {
    if (index === behaviour.cutAfterEvents) {
      if (behaviour.drop === "middle") response.socket?.destroy();
      else response.end();
      return;
    }
    // Flushed one by one: a connection that is destroyed takes unsent bytes along.
    await new Promise((resolve) => response.write(`data: ${event}\n\n`, resolve));
    if (behaviour.eventGapMs) await new Promise((resolve) => setTimeout(resolve, behaviour.eventGapMs));
  }
  response.end();
}

function streamEvents(request: ReceivedRequest, text: string, behaviour: Behaviour): string[] {
  const model = request.body.model ?? "";
  const chunk = (fields: object) =>
    JSON.stringify({
      id: "chatcmpl-1",
      object: "chat.completion.chunk",
      created: 1,
      model,
      system_fingerprint: behaviour.fingerprint ?? "fp_test",
      ...fields
    });
  const includeUsage = (request.body["stream_options"] as {include_usage?: boolean} | undefined)
    ?.include_usage;
  return [
    chunk({choices: [{index: 0, delta: {role: "assistant", content: ""}, finish_reason: null}]}),
    ...(text.match(/.{1,4}/gs) ?? []).map((content) =>
      chunk({
        choices: [
          {
            index: 0,
            delta: {content},
            finish_reason: null,
            ...(request.body.logprobs ? logprobs(content) : undefined)
          }
        ]
      })
    ),
    chunk({choices: [{index: 0, delta: {}, finish_reason: "stop"}]}),
    ...(includeUsage && behaviour.usage !== false ? [chunk({choices: [], usage})] : []),
    ...(behaviour.withoutDone ? [] : ["[DONE]"])
  ];
}

const usage = {
  prompt_tokens: 12,
  completion_tokens: 3,
  total_tokens: 15,
  prompt_tokens_details: {cached_tokens: 4}
};

const logprobs = (token: string) => ({
  logprobs: {
    content: [
      {
        token,
        logprob: -0.25,
        bytes: null,
        top_logprobs: [
          {token, logprob: -0.25, bytes: null},
          {token: "other", logprob: -1.5, bytes: null}
        ]
      }
    ]
  }
});

/** A well-formed chat completion. */
export function completion(
  model: string,
  text: string,
  options: {usage?: boolean; logprobs?: boolean; fingerprint?: string} = {}
): object {
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1,
    model,
    system_fingerprint: options.fingerprint ?? "fp_test",
    choices: [
      {
        index: 0,
        message: {role: "assistant", content: text},
        finish_reason: "stop",
        ...(options.logprobs ? logprobs(text) : {logprobs: null})
      }
    ],
    usage: options.usage === false ? undefined : usage
  };
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {"content-type": "application/json", "content-length": bytes.length}).end(bytes);
}
