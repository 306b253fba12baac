import type {LoadedModel} from "../../weights/models/types.js";
import {aborted} from "./aborted.js";
import {batcher, type Batcher} from "./batcher.js";
import {completionCost, hostingKind, hostingModels, type StatedHosting} from "../../base/costs/index.js";
import {exactly, func, number, text} from "../../base/validation/checked.js";
import {type EndpointEffects, realEffects} from "./effects.js";
import {assertOptions, effects as effectsSchema, hosting, priceOrFunction, trust} from "./options.js";
import {wordCount, predictionAnswer, textToClassify, type Tokenizer} from "./predictionAnswer.js";
import {type Endpoint, EndpointError, type PreflightFinding, type TokenPrice, type Trust} from "./types.js";

export interface EmbeddedOptions {
  name: string;
  /** Loads the model of that name; called once a name, on first use. */
  load(model: string): Promise<LoadedModel>;
  /** What identifies the weights, when loading them to ask would cost too much. Default: the manifest's id. */
  identity?(model: string): Record<string, string> | Promise<Record<string, string>>;
  /** Counts tokens for the usage. Default: words. */
  tokenizer?: Tokenizer;
  hosting?: StatedHosting;
  trust?: Trust;
  price?: TokenPrice | ((model: string) => TokenPrice | undefined);
  /** Texts in one `predict`. Default 64. */
  maxBatch?: number;
  effects?: EndpointEffects;
}

const schema = exactly<EmbeddedOptions>("options such as {name, load}", {
  name: text(),
  load: func("a function that loads a model by its name"),
  identity: func("a function of the model's name").optional(),
  tokenizer: func("a function that counts tokens").optional(),
  hosting: hosting.optional(),
  trust: trust.optional(),
  price: priceOrFunction.optional(),
  maxBatch: number({least: 1, whole: true}).optional(),
  effects: effectsSchema
});

interface EmbeddedModel {
  model: LoadedModel;
  batcher: Batcher;
}

/**
 * Models in this process. The last user message is classified; the answer's text is the label and its one
 * token carries the log probabilities of all labels that the model gives (of the best `top_logprobs` when the parameters say
 * so). Concurrent calls share one `predict`.
 */
export function embedded(options: EmbeddedOptions): Endpoint {
  assertOptions(schema, options);
  const {name, tokenizer = wordCount, maxBatch, effects = realEffects, price} = options;
  const loaded = new Map<string, Promise<EmbeddedModel>>();
  const priceOf = (model: string) => (typeof price === "function" ? price(model) : price);

  const modelOf = (model: string) => {
    let running = loaded.get(model);
    if (!running) {
      running = options.load(model).then((one) => ({model: one, batcher: batcher(one, maxBatch)}));
      loaded.set(model, running);
      // A failed load may be mended (a file put back) while the process lives.
      running.catch(() => loaded.delete(model));
    }
    return running.catch((cause: unknown) => {
      throw new EndpointError(
        "server",
        `${name}: the model ${model} could not be loaded: ${(cause as Error).message}`,
        {cause}
      );
    });
  };

  return {
    name,
    kind: "embedded",
    hosting: hostingKind(options.hosting ?? "edge"),
    hostings: hostingModels(options.hosting),
    tokensCountedBy: tokenizer === wordCount ? "words" : undefined,
    trust: options.trust ?? "local",
    wholeAnswers: true,
    price: priceOf,
    async identity(model) {
      if (options.identity) return {...(await options.identity(model))};
      const {manifest} = (await modelOf(model)).model;
      return {weights: manifest.id};
    },
    async complete(request, {signal, attempts} = {}) {
      if (signal?.aborted) throw aborted();
      const text = textToClassify(request.messages);
      if (text === undefined)
        throw new EndpointError(
          "bad-request",
          `${name}: the conversation holds no user message to classify.`
        );
      const running = await modelOf(request.model);
      const start = effects.now();
      const prediction = await running.batcher.predict(text).catch((cause: unknown) => {
        throw new EndpointError("server", `${name}: ${request.model} failed to predict.`, {
          cause,
          attempts: 1
        });
      });
      if (signal?.aborted) throw aborted();
      const latencyMs = effects.now() - start;
      attempts?.onAttempt?.({attempt: 1, latencyMs});
      const answer = predictionAnswer(prediction, request, tokenizer);
      const costUsd = completionCost(answer.usage, priceOf(request.model));
      return {
        ...answer,
        latencyMs,
        attempts: 1,
        servedModel: running.model.manifest.name,
        fingerprint: running.model.manifest.id,
        ...(costUsd === undefined ? undefined : {costUsd})
      };
    },
    async preflight(model, needs): Promise<PreflightFinding[]> {
      const findings: PreflightFinding[] = [];
      try {
        await modelOf(model);
        findings.push({check: "reachable", status: "ok", message: `${model} is loaded in this process.`});
        findings.push({check: "model", status: "ok", message: `${name} has the model ${model}.`});
      } catch (error) {
        findings.push({
          check: "model",
          status: "error",
          message: `${(error as Error).message} Train it or fix its name.`
        });
      }
      if (needs.tools)
        findings.push({
          check: "tools",
          status: "error",
          message: `${name} classifies texts and calls no tools. Use another endpoint for this eval.`
        });
      return findings;
    },
    async close() {
      const running = await Promise.allSettled(loaded.values());
      loaded.clear();
      for (const one of running) if (one.status === "fulfilled") await one.value.model.close?.();
    }
  };
}
