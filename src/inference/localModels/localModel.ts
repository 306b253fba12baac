import {memberOf} from "../../base/validation/memberOf.js";
import {completionCost, hostingKind, hostingModels} from "../../base/costs/index.js";
import {type Completion, type CompletionRequest, type Endpoint, EndpointError} from "../endpoints/index.js";
import {RELEASE} from "../../weights/ggml/index.js";
import {hashJson, inProject} from "../../base/system/index.js";
import {type MeasuredModel, openWorkspace} from "../../base/store/index.js";
import type {Generator} from "./generator.js";
import {checkLocalOptions, type LocalModelOptions} from "./localOptions.js";
import {findModel, type ModelFiles} from "./modelFiles.js";
import {openCheckpointFolder, readGguf, metadataText, tokenizerMetadata} from "../../weights/gguf/index.js";
import {firstToken} from "./vocabulary.js";
import {recordedId} from "./recorded.js";
import {ask, startModel, logprobOf, type RunningModel, score} from "./running.js";
import {correctedType} from "./runnable.js";
import {callRules, readToolCalls, toolStyle} from "./toolCalls.js";

/** An endpoint whose model runs on this machine. */
export interface LocalModel extends Endpoint {
  /** Finds the model, and converts or fetches it when that is needed; nothing is loaded. */
  find(): Promise<ModelFiles>;
  /** The process that holds the weights; undefined while none does. */
  readonly pid: number | undefined;
  measured(): MeasuredModel | undefined;
  /** Names of the models it answers as: any, and those of adapters. */
  readonly adapterNames: readonly string[];
}

/**
 * A language model on this machine: a GGUF file, a checkpoint or adapter folder, a model of the store, or a repository
 * of the Hugging Face hub ("org/name@revision"). It is loaded at the first call in a process of its own and answers
 * several requests at once. A name of `adapters` as the request's model answers with that adapter, any other with the
 * model itself.
 */
export function localModel(source: string, options: LocalModelOptions = {}): LocalModel {
  checkLocalOptions(`localModel(${JSON.stringify(source)})`, options);
  const {name = "this machine", adapters = {}, price, parallel = 4} = options;
  const totals = {tokens: 0, seconds: 0};
  let found: Promise<ModelFiles> | undefined;
  let told: ReturnType<typeof toldBy> | undefined;
  let running: Promise<RunningModel> | undefined;
  let loaded: RunningModel | undefined;
  let latest: Generator | undefined;
  const workspace = async () => options.workspace ?? openWorkspace(inProject("."));
  const find = () => {
    found ??= workspace().then((opened) => findModel(source, opened, options));
    found.catch(() => (found = undefined));
    return found;
  };
  // Set before anything is waited for: of several first calls one loads the model.
  const start = (): Promise<RunningModel> => {
    if (loaded?.generator.ended) {
      void loaded.prompts.close();
      running = loaded = undefined;
    }
    if (running) return running;
    const own = find().then(async (files) => startModel(files, await workspace(), options));
    running = own;
    own.then(
      (done) => (loaded = done),
      () => {
        if (running === own) running = undefined;
      }
    );
    return own;
  };
  const started = async (): Promise<RunningModel> => {
    const now = await start().catch((cause: unknown) => {
      throw new EndpointError(
        "server",
        `${name}: ${source} could not be loaded: ${(cause as Error).message}`,
        {cause}
      );
    });
    latest = now.generator;
    return now;
  };
  const adapterOf = async (model: string) => {
    const adapter = memberOf(adapters, model);
    return adapter === undefined ? undefined : findModel(adapter, await workspace(), options);
  };
  const identityOf = async (model: string): Promise<Record<string, string>> => {
    const adapter = await adapterOf(model);
    const identity: Record<string, string> = {
      weights: (await find()).weights,
      runtime: `llama.cpp of node-llama-cpp ${RELEASE}`
    };
    const template = promptSettings(options);
    told ??= find().then((files) => toldBy(files, options));
    told.catch(() => (told = undefined));
    const {type, beginsWithFirst} = await told;
    if (type !== undefined) identity.type = type;
    if (adapter) identity.adapter = adapter.weights;
    // An answer without max_tokens ends with the context.
    if (options.contextTokens !== undefined) identity.context = String(options.contextTokens);
    if (options.preTokenizer !== undefined) identity.preTokenizer = options.preTokenizer;
    if (template !== undefined) identity.template = template;
    if (beginsWithFirst) identity.prompt = "begins with the first token";
    return identity;
  };
  return {
    name,
    kind: "embedded",
    hosting: hostingKind(options.hosting ?? "edge"),
    hostings: hostingModels(options.hosting),
    trust: "local",
    limits: {concurrency: Math.max(8, 2 * parallel)},
    adapterNames: Object.keys(adapters),
    price: () => price,
    identity: identityOf,
    modelId: async (model) => recordedId(await find(), await adapterOf(model), await workspace(), options),
    find,
    onlyKnown: () => localModel(source, {...options, onlyKnown: true}),
    get pid() {
      return latest?.ended === false ? latest.pid : undefined;
    },
    measured() {
      const last = latest;
      if (!last || last.memoryBytes === 0) return undefined;
      return {
        tokensPerSecond: totals.seconds > 0 ? totals.tokens / totals.seconds : undefined,
        memoryBytes: last.memoryBytes,
        threads: last.info.threads,
        device: last.info.devices[0] ?? "unknown"
      };
    },
    async complete(request, also = {}) {
      const {signal, attempts} = also;
      const now = await started();
      const asked = performance.now();
      const generation = await ask(now, request, also);
      const latencyMs = performance.now() - asked;
      attempts?.onAttempt?.({attempt: 1, latencyMs});
      const writing = (generation.totalMs - generation.firstTokenMs) / 1000;
      if (generation.completionTokens > 1) {
        totals.tokens += generation.completionTokens - 1;
        totals.seconds += writing;
      }
      if (signal?.aborted) throw new EndpointError("aborted", "The call was stopped before it finished.");
      const usage = {
        promptTokens: generation.promptTokens,
        completionTokens: generation.completionTokens,
        cachedTokens: generation.reusedTokens > 0 ? generation.reusedTokens : undefined
      };
      const read = readAnswer(generation.text, request, now.prompts.prompter.template?.source ?? "");
      return {
        text: read.text,
        toolCalls: read.calls.length > 0 ? read.calls : undefined,
        finishReason: read.calls.length > 0 ? "tool_calls" : generation.finishReason,
        usage,
        logprobs: generation.logprobs?.map(logprobOf),
        latencyMs,
        firstTokenMs: generation.firstTokenMs,
        attempts: 1,
        servedModel: request.model,
        fingerprint: (await find()).weights.slice(0, 16),
        costUsd: completionCost(usage, price)
      } satisfies Completion;
    },
    async score(request, answers, also = {}) {
      const now = await started();
      const asked = performance.now();
      const {logprobs, tokens, reusedTokens} = await score(now, request, answers, also);
      const usage = {promptTokens: tokens, completionTokens: 0, cachedTokens: reusedTokens || undefined};
      return {logprobs, usage, latencyMs: performance.now() - asked, costUsd: completionCost(usage, price)};
    },
    async preflight(model, needs) {
      try {
        const {generator, prompts, warnings} = await start();
        const {template} = prompts.prompter;
        const odd = warnings.get(model);
        const {contextTokens, threads, devices} = generator.info;
        return [
          {
            check: "reachable",
            status: "ok",
            message: `${source} is loaded: ${contextTokens} tokens a request, ${threads} threads, ${devices[0] ?? "no device"}.`
          },
          {
            check: "chat-template",
            status: template ? "ok" : "warning",
            message: template
              ? `${model} has a chat template.`
              : `${model} has no chat template: messages are joined as plain text. Give \`chatTemplate\` if it was trained on chats.`
          },
          ...(odd === undefined ? [] : [{check: "model" as const, status: "warning" as const, message: odd}]),
          ...(needs.tools && !template
            ? [
                {
                  check: "tools" as const,
                  status: "error" as const,
                  message: `${model} has no chat template and cannot be told of tools.`
                }
              ]
            : [])
        ];
      } catch (error) {
        return [{check: "model", status: "error", message: (error as Error).message}];
      }
    },
    async close() {
      const last = await running?.catch(() => undefined);
      running = loaded = undefined;
      await last?.prompts.close();
      await last?.generator.close();
    }
  };
}

/** The text of an answer and the calls in it, where the request lets the model call tools. */
function readAnswer(text: string, {messages, tools = [], params = {}}: CompletionRequest, template: string) {
  const {choice, one} = callRules(params);
  if (tools.length === 0 || choice === "none") return {text, calls: []};
  const read = readToolCalls(toolStyle(template), text, tools, messages);
  return {text: read.text, calls: one ? read.calls.slice(0, 1) : read.calls};
}

/** What the model's files say of its type, where config.json says another, and of its prompts. */
async function toldBy(files: ModelFiles, {type, chatTemplate, preTokenizer}: LocalModelOptions) {
  return {
    type: type?.toLowerCase() ?? (await correctedType(files)),
    beginsWithFirst: chatTemplate === undefined && (await beginsWithFirst(files, preTokenizer))
  };
}

/** What else decides a prompt: undefined where all is as the model says. */
function promptSettings({chatTemplate, templateVariables, today}: LocalModelOptions): string | undefined {
  if (chatTemplate === undefined && templateVariables === undefined && today === undefined) return undefined;
  return hashJson({chatTemplate, templateVariables, today: today?.toISOString()}).slice(0, 16);
}

/**
 * Whether prompts begin with the model's first token because no chat template makes them. Told without loading the model;
 * false for one that cannot be read.
 */
async function beginsWithFirst(model: ModelFiles, preTokenizer?: string): Promise<boolean> {
  if (model.kind === "adapter") return beginsWithFirst(model.base!, preTokenizer);
  try {
    const metadata =
      model.kind === "gguf"
        ? (await readGguf(model.path)).metadata
        : tokenizerMetadata(await openCheckpointFolder(model.path), {preTokenizer});
    return (
      metadataText({metadata}, "tokenizer.chat_template") === undefined &&
      firstToken({metadata}) !== undefined
    );
  } catch {
    return false;
  }
}
