import type {InferenceClient} from "@huggingface/inference";
import {parseChatResponse, type ChatAnswer} from "./chatResponse.js";
import {completionCost, hostingKind, hostingModels, type StatedHosting} from "../costs/index.js";
import {withDeadline} from "./deadline.js";
import {type Effects, realEffects} from "./effects.js";
import {tokenCounter} from "./estimatedTokens.js";
import {gatherStream} from "./gatherStream.js";
import {hideSecrets} from "./hideSecrets.js";
import {hideRequest} from "./hideText.js";
import {preflightChat, preflightRequests} from "./preflightChat.js";
import {named, postJson, priceOfModel, retryPolicy, toEndpointError} from "./httpCall.js";
import {type RetryPolicy, withRetry} from "./retry.js";
import type {Tokenizer} from "./predictionAnswer.js";
import {secretQueryValues} from "./secretQuery.js";
import {readSecrets, secretNames, type SecretNames} from "./secrets.js";
import {shutdownDay} from "./shutdownDay.js";
import {createTransport, loadClient, type TransportOptions} from "./transport.js";
import {
  type CompletionOptions,
  type CompletionRequest,
  type Endpoint,
  EndpointError,
  type Limits,
  type TokenPrice,
  type Trust
} from "./types.js";

/** What every endpoint that is reached over HTTP may set. */
export interface HttpEndpointOptions {
  name: string;
  hosting?: StatedHosting;
  trust?: Trust;
  limits?: Limits;
  /** One price for every model, or one by model name. */
  price?: TokenPrice | Record<string, TokenPrice>;
  /** For one attempt, to its last byte. Default 120,000. */
  timeoutMs?: number;
  /** Attempts after the first (default 4), or the whole policy. */
  retries?: number | Partial<RetryPolicy>;
  /** Ask for a stream, which gives the time to the first token. Default false. */
  stream?: boolean;
  /**
   * For servers that tell no usage: the model's tokenizer.json, as a path from the project's folder, or a function from a text
   * to its tokens. Without it they are guessed from the bytes. Counts made here are marked as estimates.
   */
  tokenizer?: string | Tokenizer;
  effects?: Effects;
}

interface ChatSetup extends HttpEndpointOptions {
  kind: "hosted" | "openai";
  hosting: StatedHosting;
  trust: Trust;
  secrets: SecretNames;
  transport?: Omit<TransportOptions, "effects">;
  identity: Record<string, string>;
  /** Where the client sends a model's requests. */
  target(model: string): {endpointUrl: string} | {provider: string};
  modelsUrl(model: string): string;
}

type ChatArguments = Parameters<InferenceClient["chatCompletion"]>[0];

/**
 * An endpoint that speaks the OpenAI chat protocol: a plain request to an address of its own, and through the Hugging Face
 * client for streams and for what the hub routes.
 */
export function chatEndpoint(setup: ChatSetup): Endpoint {
  const {name, effects = realEffects, timeoutMs = 120_000, price} = setup;
  const policy = retryPolicy(setup.retries);
  const secretValues = secretQueryValues(setup.transport?.query);
  const transport = createTransport({effects, ...setup.transport});
  const clients = new Map<string, InferenceClient>();

  const clientFor = async (key: string) => {
    let client = clients.get(key);
    if (!client) {
      // Loaded on first use: a definition file that lists ten endpoints must stay cheap to import.
      const {InferenceClient} = await import("@huggingface/inference");
      // The client's own retry repeats a 503 at once and for ever.
      clients.set(key, (client = new InferenceClient(key, {retry_on_error: false})));
    }
    return client;
  };
  const priceOf = (model: string) => priceOfModel(price, model);

  const attempt = async (request: CompletionRequest, parent: AbortSignal | undefined) => {
    const secrets = readSecrets(name, setup.secrets);
    const hide = hideRequest(request, [...secrets.values, ...secretValues]);
    const stream = setup.stream || request.params?.["stream"] === true;
    const target = setup.target(request.model);
    const sent = {
      ...(stream ? {stream_options: {include_usage: true}} : undefined),
      ...request.params,
      model: request.model,
      messages: request.messages,
      tools: request.tools?.length ? request.tools : undefined,
      stream: stream || undefined
    };
    const start = effects.now();
    const answer = await withDeadline(timeoutMs, effects, parent, async (signal): Promise<ChatAnswer> => {
      let received: unknown;
      const onJson = (json: unknown) => (received = json);
      const fetch = transport.fetch({signal, headers: secrets.headers, hide, stream, onJson});
      if (!stream && "endpointUrl" in target)
        return parseChatResponse(await postJson(fetch, target.endpointUrl, secrets.key, sent), hide);
      const client = await clientFor(secrets.key);
      const options = {fetch};
      const body = {...sent, ...target} as unknown as ChatArguments;
      if (stream)
        return gatherStream(client.chatCompletionStream(body, options), () => effects.now() - start, hide);
      const answered = await client.chatCompletion(body, options).catch((error: unknown) => {
        // The client refuses a hosted answer without usage; our own schema decides instead.
        if ((error as Error).name === "ProviderOutputError" && received !== undefined) return received;
        throw error;
      });
      return parseChatResponse(answered, hide);
    }).catch((error: unknown) => {
      throw toEndpointError(error, hide);
    });
    return {
      ...withoutSecrets(answer, [...secrets.values, ...secretValues]),
      latencyMs: effects.now() - start
    };
  };

  const listModels = async (model: string, parent: AbortSignal | undefined) => {
    const secrets = readSecrets(name, setup.secrets);
    const headers = {
      ...(secrets.key ? {authorization: `Bearer ${secrets.key}`} : undefined),
      ...secrets.headers
    };
    const hide = hideRequest(undefined, [...secrets.values, ...secretValues]);
    return withDeadline(timeoutMs, effects, parent, async (signal): Promise<unknown> =>
      (await transport.fetch({signal, headers, hide})(setup.modelsUrl(model))).json()
    );
  };

  return {
    name,
    kind: setup.kind,
    hosting: hostingKind(setup.hosting),
    hostings: hostingModels(setup.hosting),
    trust: setup.trust,
    ...(setup.limits ? {limits: setup.limits} : undefined),
    price: priceOf,
    tokenCounter: () => tokenCounter(name, setup.tokenizer),
    identity: async () => ({...setup.identity}),
    warmUp: () => void loadClient().catch(() => undefined),
    async complete(request: CompletionRequest, options: CompletionOptions = {}) {
      let attempts = 0;
      const answer = await withRetry(
        (number) => {
          attempts = number;
          return attempt(request, options.signal);
        },
        policy,
        effects,
        options
      ).catch((error: unknown) => {
        if (error instanceof EndpointError) throw named(name, error);
        throw error;
      });
      const costUsd = completionCost(answer.usage, priceOf(request.model));
      return {...answer, attempts, ...(costUsd === undefined ? undefined : {costUsd})};
    },
    preflightRequests: (model, needs) =>
      preflightRequests(model, {...needs, streaming: needs.streaming || setup.stream}),
    preflight: (model, needs, signal, around = (_request, ask) => ask()) =>
      preflightChat(
        {
          name,
          keyNames: secretNames(setup.secrets),
          async ask(request, how) {
            let made = false;
            const answer = await around(request, () => ((made = true), attempt(request, signal)), how);
            return {...answer, kept: !made};
          },
          listModels: async () => modelNames(await listModels(model, signal))
        },
        model,
        {...needs, streaming: needs.streaming || setup.stream}
      ),
    shutdownDate: async (model, signal) => shutdownIn(await listModels(model, signal), model),
    close: () => transport.close()
  };
}

function modelNames(body: unknown): string[] {
  const data = (body as {data?: unknown} | null)?.data ?? body;
  if (!Array.isArray(data)) return [];
  return data.flatMap((one: {id?: unknown} | null) => (typeof one?.id === "string" ? [one.id] : []));
}

function shutdownIn(body: unknown, model: string): string | undefined {
  const data = (body as {data?: unknown} | null)?.data ?? body;
  const listed = Array.isArray(data) ? (data as ({id?: unknown; shutdown_date?: unknown} | null)[]) : [];
  return shutdownDay(listed.find((one) => one?.id === model)?.shutdown_date);
}

/** An answer is stored and shown. A gateway that echoes headers, or debugs, must not put a key in there. */
function withoutSecrets(answer: ChatAnswer, secrets: readonly string[]): ChatAnswer {
  const told = secrets.filter((secret) => secret.length >= 8);
  const text = told.length ? JSON.stringify(answer) : "";
  if (hideSecrets(text, told) === text) return answer;
  return JSON.parse(text, (_key, value: unknown) =>
    typeof value === "string" ? hideSecrets(value, told) : value
  ) as ChatAnswer;
}
