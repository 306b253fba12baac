import {randomUUID} from "node:crypto";
import {createServer, type IncomingMessage, type ServerResponse} from "node:http";
import type {AddressInfo} from "node:net";
import type {LoadedModel, Prediction} from "../../weights/models/types.js";
import {admit, sendAllowed} from "./admitted.js";
import {type Head, sendCompletion, sendError, sendJson, sendStream} from "./chatReply.js";
import {parseRequest, readRequestBody, toMessage} from "./chatRequest.js";
import {listen} from "./listen.js";
import {openConnections} from "./openConnections.js";
import {batcher, type Batcher} from "./batcher.js";
import {answerByWriter, listedModel, type ServeObserver, type ServedWriter} from "./serveWriter.js";
import {HttpError} from "./httpError.js";
import {UserError} from "../../base/validation/errors.js";
import {wordCount, predictionAnswer, textToClassify, type Tokenizer} from "./predictionAnswer.js";

export interface ModelServerOptions {
  /** 0 (the default) takes any free port. */
  port?: number;
  /**
   * Default 127.0.0.1: the server asks for no key, so another address opens the models to the network. Web pages may ask when
   * they are of this machine, or of this name.
   */
  host?: string;
  /** Counts tokens for the usage. Default: words. */
  tokenizer?: Tokenizer;
  /** Larger bodies are refused with 413. Default 4 MiB. */
  maxBodyBytes?: number;
  /** Texts in one `predict`. Default 64. */
  maxBatch?: number;
  /** Models that write, beside those that classify. */
  writers?: readonly ServedWriter[];
  /** Called around the making of every answer, for traces and metrics. */
  observe?: ServeObserver;
}

export interface ModelService {
  /** `http://HOST:PORT`, to use as an endpoint's baseUrl. */
  url: string;
  port: number;
  /** Chat completions answered well. */
  readonly served: number;
  /** Takes no new connection, waits for the answers under way, closes the models. */
  close(): Promise<void>;
}

interface Served {
  model: LoadedModel;
  batcher: Batcher;
}

/**
 * Serves loaded models as OpenAI-compatible chat completions (plain and streamed, with log probabilities and
 * usage), `GET /v1/models` and `GET /health`. A model is addressed by its manifest's name or by its id.
 * Concurrent requests share one `predict`. Throws when two models have one name or none is given.
 */
export async function serve(
  models: readonly LoadedModel[],
  options: ModelServerOptions = {}
): Promise<ModelService> {
  const {port = 0, host = "127.0.0.1", tokenizer = wordCount, maxBodyBytes = 4 << 20, maxBatch} = options;
  const {writers = [], observe = (_model, make) => make()} = options;
  // Node would listen on every address of the machine.
  if (host.trim() === "") throw new Error("`host` is empty: name an address, or leave it out for 127.0.0.1");
  if (models.length + writers.length === 0) throw new Error("serve needs at least one model");
  const served = new Map<string, Served>();
  for (const model of models) {
    if (served.has(model.manifest.name)) throw new UserError(twice(model.manifest.name));
    served.set(model.manifest.name, {model, batcher: batcher(model, maxBatch)});
  }
  const byId = new Map([...served.values()].map((one) => [one.model.manifest.id, one]));
  const writing = new Map<string, ServedWriter>();
  for (const writer of writers) {
    if (served.has(writer.name) || writing.has(writer.name)) throw new UserError(twice(writer.name));
    writing.set(writer.name, writer);
  }
  let count = 0;
  let closing = false;

  const complete = async (request: IncomingMessage, response: ServerResponse) => {
    const asked = {id: `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000)};
    const chat = parseRequest(await readRequestBody(request, maxBodyBytes));
    const writer = writing.get(chat.model);
    if (writer) {
      const head: Head = {...asked, model: writer.name, system_fingerprint: writer.weights};
      if (await answerByWriter(writer, chat, response, {head, observe})) count++;
      return;
    }
    const found = served.get(chat.model) ?? byId.get(chat.model);
    if (!found)
      throw new HttpError(
        404,
        `The model ${JSON.stringify(chat.model.slice(0, 200))} is not served here. Served: ${[...served.keys(), ...writing.keys()].join(", ")}.`,
        "model_not_found"
      );
    if (chat.tools?.length)
      throw new HttpError(
        400,
        "The request is not a chat completion request: tools: must be empty: these models classify texts and call no tools.",
        "invalid_request_error"
      );
    const messages = chat.messages.map(toMessage);
    const text = textToClassify(messages);
    if (text === undefined)
      throw new HttpError(400, "messages holds no user message with text.", "invalid_request_error");
    const params = {logprobs: chat.logprobs ?? false, top_logprobs: chat.top_logprobs ?? 0};
    const answer = await observe(found.model.manifest.name, async () =>
      predictionAnswer(await predicted(found, text), {messages, params}, tokenizer)
    );
    if (response.destroyed) return;
    count++;
    const {name, id} = found.model.manifest;
    const head: Head = {...asked, model: name, system_fingerprint: id};
    if (chat.stream) sendStream(response, head, answer, chat.stream_options?.include_usage ?? false);
    else sendCompletion(response, head, answer);
  };

  const route = async (request: IncomingMessage, response: ServerResponse) => {
    admit(request, response, host);
    const path = request.url!.split("?")[0]!.replace(/\/+$/, "") || "/";
    const method = routes[path] ?? (path.startsWith("/v1/models/") ? "GET" : undefined);
    if (!method)
      throw new HttpError(
        404,
        `No such path. Use POST /v1/chat/completions, GET /v1/models or GET /health.`,
        "not_found"
      );
    if (request.method === "OPTIONS") return sendAllowed(request, response, allowed[method]);
    if (request.method !== method && !(method === "GET" && request.method === "HEAD"))
      throw new HttpError(405, `Use ${method} for this path.`, "method_not_allowed");
    if (method === "POST") return complete(request, response);
    if (path === "/health")
      return sendJson(response, 200, {status: "ok", models: served.size + writing.size});
    const list = [
      ...[...served.values()].map(({model: {manifest}}) =>
        listedModel({name: manifest.name, weights: manifest.id, createdAt: manifest.createdAt})
      ),
      ...writers.map(listedModel)
    ];
    if (path === "/v1/models") return sendJson(response, 200, {object: "list", data: list});
    const name = path.slice("/v1/models/".length);
    const one = list.find(
      ({id, weights}) => encodeURIComponent(id) === name || id === name || weights === name
    );
    if (!one) throw new HttpError(404, "This model is not served here.", "model_not_found");
    sendJson(response, 200, one);
  };

  const server = createServer({keepAliveTimeout: 15_000}, (request, response) => {
    if (closing) response.setHeader("connection", "close");
    // An answer that was under way when closing began leaves an idle connection behind.
    response.once("close", () => closing && setImmediate(() => server.closeIdleConnections()));
    route(request, response).catch((error: unknown) => sendError(response, error));
  });
  const connections = openConnections(server);
  await listen(server, {port, host});
  const address = server.address() as AddressInfo;
  return {
    url: `http://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`,
    port: address.port,
    get served() {
      return count;
    },
    async close() {
      closing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      connections.drop();
      await closed;
      for (const {model} of served.values()) await model.close?.();
    }
  };
}

const twice = (name: string) =>
  `two models are named ${name}: a request names its model, so serve one of them, or register one under another name.`;

async function predicted({model, batcher}: Served, text: string): Promise<Prediction> {
  try {
    return await batcher.predict(text);
  } catch {
    throw new HttpError(500, `${model.manifest.name} failed to predict.`, "server_error");
  }
}

const allowed = {GET: "GET, HEAD, OPTIONS", POST: "POST, OPTIONS"};

const routes: Record<string, keyof typeof allowed> = {
  "/v1/chat/completions": "POST",
  "/chat/completions": "POST",
  "/v1/models": "GET",
  "/health": "GET"
};
