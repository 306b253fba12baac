import {AttemptsSpent, withUsageOf} from "./attemptsSpent.js";
import {parseChatResponse, type ChatAnswer} from "./chatResponse.js";
import {hostingKind, hostingModels, type StatedHosting} from "../../base/costs/index.js";
import type {ChatDialect} from "./chatDialect.js";
import {startDeadline, withDeadline} from "./deadline.js";
import {realEffects} from "./effects.js";
import {usageCounter} from "./estimatedTokens.js";
import {gatherStream} from "./gatherStream.js";
import {hideSecrets, secretQueryValues} from "./hideSecrets.js";
import {hideRequest} from "./hideText.js";
import {inferenceProviders} from "./hubClient.js";
import {isSameModel, servedName} from "./preflightModel.js";
import {preflightChat, preflightRequests} from "./preflightChat.js";
import {
  type HttpExchange,
  withEndpointName,
  postForEvents,
  postJson,
  priceOfModel,
  retryPolicy,
  toEndpointError
} from "./httpCall.js";
import {withRetry} from "./retry.js";
import type {HttpEndpointOptions} from "./options.js";
import {proxySecrets} from "./proxySecrets.js";
import {readSecrets, secretNames, type SecretNames} from "./secrets.js";
import {shutdownDay} from "./shutdownDay.js";
import {ownMember} from "../../base/validation/memberOf.js";
import {createTransport, loadClient, type TransportOptions} from "./transport.js";
import {
  type Completion,
  type CompletionOptions,
  type CompletionRequest,
  type Endpoint,
  EndpointError,
  type EndpointKind,
  type Trust
} from "./types.js";

interface ChatSetup extends HttpEndpointOptions {
  kind: EndpointKind;
  /** Of a server with another protocol than OpenAI's. */
  dialect?: ChatDialect;
  hosting: StatedHosting;
  trust: Trust;
  secrets: SecretNames;
  transport?: Omit<TransportOptions, "effects">;
  identity: Record<string, string>;
  /** Where the client sends a model's requests. */
  target(model: string): {endpointUrl: string} | {provider: string};
  modelsUrl(model: string): string;
}

/**
 * An endpoint that speaks the OpenAI chat protocol, or a dialect that is translated to it: a plain request to an address of its
 * own, and through the Hugging Face client for what the hub routes.
 */
export function chatEndpoint(setup: ChatSetup): Endpoint {
  const {name, effects = realEffects, timeoutMs = 120_000, price, dialect} = setup;
  const policy = retryPolicy(setup.retries);
  const secretValues = secretQueryValues(setup.transport?.query);
  const transport = createTransport({effects, ...setup.transport});
  const hub = inferenceProviders();
  let proxies: string[] | undefined;
  /** False once the server has refused `stream_options`. */
  let takesStreamOptions = true;
  const priceOf = (model: string) => priceOfModel(price, model);
  const isStreamed = ({params}: CompletionRequest) => (params?.["stream"] ?? setup.stream) === true;

  const send = async (request: CompletionRequest, parent: AbortSignal | undefined, defaults?: object) => {
    const secrets = readSecrets(name, setup.secrets, (proxies ??= proxySecrets()));
    const values = secretValues.length ? [...secrets.values, ...secretValues] : secrets.values;
    const hide = hideRequest(request, values);
    const stream = isStreamed(request);
    const target = setup.target(request.model);
    const body = bodyOf(request, stream, defaults);
    const sent = dialect ? dialect.body(body) : body;
    const start = effects.now();
    const sinceStart = () => effects.now() - start;
    const {key} = secrets;
    const headers = {...dialect?.headers, ...secrets.headers};
    let received: unknown;
    const translated = (json: unknown) => (dialect ? dialect.answer(json) : json);
    const onJson = (json: unknown) => (received = translated(json));
    const {stop, end} = startDeadline(timeoutMs, effects, parent);
    const exchange: HttpExchange = {stop, headers, hide, stream, onJson};
    let answer: ChatAnswer;
    try {
      if ("endpointUrl" in target) {
        const {endpointUrl} = target;
        if (stream) {
          const events = postForEvents(transport.fetch(exchange), endpointUrl, key, sent);
          answer = await gatherStream(dialect ? dialect.chunks(events) : events, sinceStart, hide);
        } else {
          const json = await postJson(transport, exchange, endpointUrl, {key, body: sent});
          answer = parseChatResponse(translated(json), hide);
        }
      } else {
        const call = {key, fetch: transport.fetch(exchange), body: {...sent, ...target}};
        answer = stream
          ? await gatherStream(hub.stream(call), sinceStart, hide)
          : parseChatResponse(await hub.complete(call, () => received), hide);
      }
    } catch (error) {
      throw withUsageOf(received, toEndpointError(stop.reason ?? error, hide));
    } finally {
      end();
    }
    const timed = withoutKeys(answer, values) as TimedAnswer;
    timed.latencyMs = sinceStart();
    return timed;
  };

  const attempt = (request: CompletionRequest, parent: AbortSignal | undefined) =>
    isStreamed(request) && takesStreamOptions ? sendForUsage(request, parent) : send(request, parent);

  const sendForUsage = async (request: CompletionRequest, parent: AbortSignal | undefined) => {
    try {
      return await send(request, parent, {stream_options: {include_usage: true}});
    } catch (error) {
      if (request.params?.["stream_options"] !== undefined || !refusesStreamOptions(error)) throw error;
      takesStreamOptions = false;
      return send(request, parent);
    }
  };

  const listModels = async (model: string, parent: AbortSignal | undefined) => {
    const secrets = readSecrets(name, setup.secrets);
    const headers = {
      ...(secrets.key ? {authorization: `Bearer ${secrets.key}`} : undefined),
      ...dialect?.headers,
      ...secrets.headers
    };
    const hide = hideRequest(undefined, [...secrets.values, ...secretValues]);
    return withDeadline(timeoutMs, effects, parent, async (stop): Promise<unknown> =>
      (await transport.fetch({stop, headers, hide})(setup.modelsUrl(model))).json()
    );
  };

  return {
    name,
    kind: setup.kind,
    hosting: hostingKind(setup.hosting),
    hostings: hostingModels(setup.hosting),
    trust: setup.trust,
    host: hostOf(setup.identity),
    ...(setup.limits ? {limits: setup.limits} : undefined),
    asksWith: {...setup.secrets, query: Object.keys(setup.transport?.query ?? {})},
    callPolicy: {retries: policy, timeoutMs, stream: setup.stream ?? false},
    price: priceOf,
    tokenCounter: () => usageCounter(name, setup.tokenizer),
    identity: async () => withRevision(setup.identity, setup.revision),
    warmUp: () => void loadClient(),
    async complete(request: CompletionRequest, options: CompletionOptions = {}) {
      let attempts = 0;
      const spent = new AttemptsSpent(priceOf(request.model));
      const {signal} = options;
      const asked = {signal, attempts: options.attempts, spent};
      try {
        const answer = await withRetry(
          (number) => ((attempts = number), attempt(request, signal)),
          policy,
          effects,
          asked
        );
        const {usage, costUsd} = spent.answered(answer.usage);
        const completion = answer as Completion;
        completion.attempts = attempts;
        if (usage) completion.usage = usage;
        if (costUsd !== undefined) completion.costUsd = costUsd;
        return completion;
      } catch (error) {
        throw error instanceof EndpointError ? spent.failed(withEndpointName(name, error)) : error;
      }
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
            const ask = () => around(request, () => ((made = true), attempt(request, signal)), how);
            const answer = await withRetry(ask, policy, effects, {signal});
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

type TimedAnswer = ChatAnswer & Pick<Completion, "latencyMs">;

/** What is sent: nothing that is stated takes the place of the model, the messages or the tools. */
function bodyOf({model, messages, tools, params}: CompletionRequest, stream: boolean, defaults?: object) {
  const body: Record<string, unknown> = {
    model,
    messages,
    tools: tools?.length ? tools : undefined,
    stream: stream || undefined
  };
  for (const stated of [params, defaults])
    for (const [name, value] of Object.entries(stated ?? {}))
      if (!Object.hasOwn(body, name)) ownMember(body, name, value);
  return body;
}

/** What identifies an answerer: with no revision stated as it is. */
export function withRevision(
  identity: Record<string, string>,
  revision: string | undefined
): Record<string, string> {
  return {...identity, ...(revision === undefined ? undefined : {revision})};
}

function hostOf({baseUrl = "", provider}: Record<string, string>): string | undefined {
  return URL.canParse(baseUrl) ? new URL(baseUrl).hostname : provider;
}

function modelNames(body: unknown): string[] {
  const data = (body as {data?: unknown} | null)?.data ?? body;
  if (!Array.isArray(data)) return [];
  return data.flatMap((one: {id?: unknown} | null) =>
    typeof one?.id === "string" ? [servedName(one.id)] : []
  );
}

function shutdownIn(body: unknown, model: string): string | undefined {
  const data = (body as {data?: unknown} | null)?.data ?? body;
  const listed = Array.isArray(data) ? (data as ({id?: unknown; shutdown_date?: unknown} | null)[]) : [];
  return shutdownDay(
    listed.find((one) => typeof one?.id === "string" && isSameModel(one.id, model))?.shutdown_date
  );
}

function refusesStreamOptions(error: unknown): boolean {
  return (
    error instanceof EndpointError && error.kind === "bad-request" && error.message.includes("stream_options")
  );
}

/** An answer is stored and shown. A gateway that echoes headers, or debugs, must not put a key in there. */
function withoutKeys(answer: ChatAnswer, secrets: readonly string[]): ChatAnswer {
  const told = secrets.filter((secret) => secret.length >= 8);
  if (told.length === 0) return answer;
  const text = JSON.stringify(answer);
  if (hideSecrets(text, told) === text) return answer;
  return JSON.parse(text, (_key, value: unknown) =>
    typeof value === "string" ? hideSecrets(value, told) : value
  ) as ChatAnswer;
}
