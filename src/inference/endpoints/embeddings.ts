import {z} from "zod";
import {hostingKind, hostingModels, type StatedHosting} from "../../base/costs/index.js";
import {exactly} from "../../base/validation/checked.js";
import {AttemptsSpent, withUsage} from "./attemptsSpent.js";
import {withRevision} from "./chatEndpoint.js";
import {withDeadline} from "./deadline.js";
import {realEffects} from "./effects.js";
import {estimatedPromptTokens} from "./estimatedTokens.js";
import {hideRequest} from "./hideText.js";
import {withEndpointName, postJson, priceOfModel, retryPolicy, toEndpointError} from "./httpCall.js";
import {servedName} from "./preflightModel.js";
import {apiUrl} from "./apiUrl.js";
import {embeddingPreflightRequests, preflightEmbeddings} from "./preflightEmbeddings.js";
import {assertOptions, callShape, type HttpEndpointOptions, serverShape} from "./options.js";
import {withRetry} from "./retry.js";
import {secretQueryValues, withoutSecretValues} from "./hideSecrets.js";
import {readSecrets, secretNames, type SecretNames} from "./secrets.js";
import {isErrorBody} from "./errorBody.js";
import {serverError} from "./serverError.js";
import {createTransport} from "./transport.js";
import {type CompletionRequest, type Endpoint, EndpointError, type Trust, type Usage} from "./types.js";
import {packVectors, embeddedTexts} from "./vectors.js";

export interface EmbeddingEndpointOptions
  extends Omit<HttpEndpointOptions, "stream" | "tokenizer">, SecretNames {
  /** The server's address: bare, ending in `/v1`, or ending in `/embeddings`. `{model}` stands for the model's name. */
  baseUrl: string;
  hosting: StatedHosting;
  trust: Trust;
  /** Added to every address, such as Azure's `{"api-version": "2024-10-21"}`. */
  query?: Record<string, string>;
}

const schema = exactly<EmbeddingEndpointOptions>("options such as {name, baseUrl, hosting, trust}", {
  ...callShape,
  ...serverShape
});

const answerSchema = z.looseObject({
  data: z.array(z.looseObject({index: z.number().optional(), embedding: z.array(z.number())})),
  usage: z
    .looseObject({prompt_tokens: z.unknown().optional(), total_tokens: z.unknown().optional()})
    .nullish()
    .catch(undefined),
  model: z.string().optional()
});

/**
 * A server with OpenAI's `/v1/embeddings`, for scorers that compare texts by meaning. What it completes is a list of texts,
 * one a message; its answer's text is their vectors (`unpackVectors`). Throws at once when an option is unknown or wrong.
 */
export function embeddingEndpoint(options: EmbeddingEndpointOptions): Endpoint {
  assertOptions(schema, options);
  const {name, baseUrl, effects = realEffects, timeoutMs = 120_000, query, price} = options;
  const policy = retryPolicy(options.retries);
  const secretValues = secretQueryValues(query);
  const transport = createTransport({effects, query});
  const url = apiUrl(name, baseUrl, "/embeddings");

  const attempt = async (request: CompletionRequest, parent: AbortSignal | undefined) => {
    const secrets = readSecrets(name, options);
    const hide = hideRequest(request, [...secrets.values, ...secretValues]);
    const start = effects.now();
    let received: unknown;
    const answer = await withDeadline(timeoutMs, effects, parent, async (stop) => {
      const input = embeddedTexts(request);
      const body = await postJson(
        transport,
        {stop, headers: secrets.headers, hide},
        url.replace("{model}", encodeURIComponent(request.model)),
        {key: secrets.key, body: {model: request.model, input}}
      );
      received = body;
      return parseAnswer(body, input.length, hide);
    }).catch((error: unknown) => {
      throw withTokensOf(received, toEndpointError(error, hide));
    });
    return {...answer, latencyMs: effects.now() - start};
  };

  const reach = async (model: string, parent: AbortSignal | undefined) => {
    const {values, headers} = readSecrets(name, options);
    const hide = hideRequest(undefined, [...values, ...secretValues]);
    await withDeadline(timeoutMs, effects, parent, (stop) =>
      transport.fetch({stop, headers, hide})(url.replace("{model}", encodeURIComponent(model)))
    );
  };

  return {
    name,
    kind: "openai",
    operation: "embeddings",
    hosting: hostingKind(options.hosting),
    hostings: hostingModels(options.hosting),
    trust: options.trust,
    host: new URL(url).hostname,
    limits: options.limits,
    price: (model) => priceOfModel(price, model),
    tokenCounter: async () => (messages) => estimatedPromptTokens(messages, ""),
    identity: async () =>
      withRevision(
        {
          baseUrl: url.replace(/\/embeddings$/, ""),
          ...(query ? {query: new URLSearchParams(withoutSecretValues(query)).toString()} : undefined)
        },
        options.revision
      ),
    async complete(request, {signal, attempts: hooks} = {}) {
      let attempts = 0;
      const spent = new AttemptsSpent(priceOfModel(price, request.model));
      const answer = await withRetry(
        (number) => ((attempts = number), attempt(request, signal)),
        policy,
        effects,
        {signal, attempts: hooks, spent}
      ).catch((error: unknown) => {
        throw error instanceof EndpointError ? spent.failed(withEndpointName(name, error)) : error;
      });
      return {...answer, attempts, ...spent.answered(answer.usage)};
    },
    preflightRequests: embeddingPreflightRequests,
    preflight: (model, _needs, signal, around = (_request, ask) => ask()) =>
      preflightEmbeddings(
        {
          name,
          keyNames: secretNames(options),
          async ask(request, how) {
            let made = false;
            const ask = () => around(request, () => ((made = true), attempt(request, signal)), how);
            return {...(await withRetry(ask, policy, effects, {signal})), kept: !made};
          },
          reach: () => reach(model, signal)
        },
        model
      ),
    close: () => transport.close()
  };
}

function parseAnswer(body: unknown, texts: number, hide: (text: string) => string) {
  if (isErrorBody(body)) throw serverError({status: 200, body, hide});
  const {data: read} = answerSchema.safeParse(body);
  if (!read) throw new EndpointError("malformed", "The answer is no list of embeddings.");
  if (read.data.length !== texts)
    throw new EndpointError("malformed", `The answer holds ${read.data.length} vectors for ${texts} texts.`);
  const ordered = read.data.map((one, place) => ({...one, place: one.index ?? place}));
  ordered.sort((a, b) => a.place - b.place);
  if (ordered.some(({place}, i) => place !== i))
    throw new EndpointError(
      "malformed",
      `The answer's vectors are numbered ${ordered.map(({place}) => place).join(", ")}, not 0 to ${texts - 1}.`
    );
  const lengths = new Set(ordered.map(({embedding}) => embedding.length));
  if (lengths.size > 1)
    throw new EndpointError(
      "malformed",
      `The answer's vectors differ in length: ${[...lengths].join(" and ")} numbers.`
    );
  return {
    text: packVectors(ordered.map(({embedding}) => embedding)),
    finishReason: "stop",
    usage: usageOf(read.usage),
    servedModel: read.model && servedName(read.model)
  };
}

function withTokensOf(body: unknown, error: EndpointError): EndpointError {
  return withUsage(
    usageOf(answerSchema.shape.usage.safeParse((body as {usage?: unknown} | null)?.usage).data),
    error
  );
}

/** Some servers state the total alone, and some 0 for what they do not count: that is unknown, not free. */
function usageOf(usage: z.output<typeof answerSchema>["usage"]): Usage | undefined {
  const promptTokens = [usage?.prompt_tokens, usage?.total_tokens].find(
    (count): count is number => typeof count === "number" && Number.isFinite(count) && count > 0
  );
  return promptTokens === undefined ? undefined : {promptTokens, completionTokens: 0};
}
