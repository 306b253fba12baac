import {emptyRecord} from "../../base/validation/memberOf.js";
import {
  type CompletionOptions,
  type CompletionRequest,
  EndpointError,
  type TokenLogprob
} from "../endpoints/index.js";
import {UserError} from "../../base/validation/index.js";
import type {Workspace} from "../../base/store/index.js";
import {onOtherBase} from "../../weights/models/index.js";
import {EngineEnded, type Generator, startGenerator} from "./generator.js";
import type {LocalModelOptions} from "./localOptions.js";
import {findModel, type ModelFiles, tensorsHash} from "./modelFiles.js";
import {PromptThreads} from "./promptThreads.js";
import type {GeneratedToken, GenerationRequest} from "./request.js";
import {adapterFile, runnable} from "./runnable.js";

/** A model whose weights a process holds. */
export interface RunningModel {
  generator: Generator;
  prompts: PromptThreads;
  /** What is odd about an adapter, by its name. */
  warnings: ReadonlyMap<string, string>;
}

/** Converts or fetches what is needed, and loads the model into a process of its own. */
export async function startModel(
  files: ModelFiles,
  workspace: Workspace,
  options: LocalModelOptions
): Promise<RunningModel> {
  const {threads, parallel, contextTokens, gpuLayers, exact, openAll, type, preTokenizer, onProgress} =
    options;
  const own = await runnable(files, workspace, {type, preTokenizer, onProgress});
  for (const warning of own.warnings) onProgress?.(warning);
  const adapters = emptyRecord<string>();
  if (own.adapter !== undefined) adapters[ALWAYS] = own.adapter;
  const warnings = new Map<string, string>();
  for (const [name, source] of Object.entries(options.adapters ?? {})) {
    const found = await findModel(source, workspace, {onProgress});
    adapters[name] = await adapterFile(found, workspace, {onProgress});
    const warning = await otherBase(name, found, files, workspace);
    if (warning === undefined) continue;
    warnings.set(name, warning);
    onProgress?.(warning);
  }
  onProgress?.(`${files.name}: loading`);
  const generator = await startGenerator({
    path: own.path,
    adapters,
    threads,
    parallel,
    contextTokens,
    gpuLayers,
    exact,
    openAll
  });
  const {chatTemplate: stored, specialTokens} = generator.info;
  const template = options.chatTemplate ?? stored;
  return {
    generator,
    prompts: new PromptThreads({
      template,
      variables: {...specialTokens, ...options.templateVariables},
      today: options.today
    }),
    warnings
  };
}

/** The adapter of a source that is one. No model name can be empty. */
const ALWAYS = "\0";

/** What a model answers, with errors as endpoints have them. */
export async function ask(
  running: RunningModel,
  request: CompletionRequest,
  {signal, repeat = 0, onText}: CompletionOptions
) {
  const asked = await preparedFor(running, request, repeat);
  const onPiece =
    onText && ((text: string, tokens?: GeneratedToken[]) => onText(text, tokens?.map(logprobOf)));
  return asEndpoint(running.generator.generate(asked, {signal, onText: onPiece}), signal);
}

/** How likely a model is to give each of some answers, with errors as endpoints have them. */
export async function score(
  running: RunningModel,
  {model, messages, tools}: CompletionRequest,
  answers: readonly string[],
  {signal}: Pick<CompletionOptions, "signal">
) {
  const {prompt, addFirst, adapter} = await preparedFor(running, {model, messages, tools}, 0);
  return asEndpoint(running.generator.score({prompt, addFirst, adapter, answers}, {signal}), signal);
}

async function preparedFor(
  {generator: {adapters, info}, prompts}: RunningModel,
  {model, messages, params, tools}: CompletionRequest,
  repeat: number
): Promise<GenerationRequest> {
  if (messages.length > info.contextTokens)
    throw new EndpointError(
      "bad-request",
      `The request has ${messages.length} messages; its prompt may have ${info.contextTokens} tokens.`
    );
  const adapter = adapters.includes(model) ? model : adapters.includes(ALWAYS) ? ALWAYS : undefined;
  return {...(await prompts.prepare({messages, params, tools, repeat})), adapter};
}

async function asEndpoint<T>(answer: Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (signal?.aborted) throw new EndpointError("aborted", "The call was stopped before it finished.");
    if (error instanceof UserError) throw new EndpointError("bad-request", error.message, {cause: error});
    if (error instanceof EngineEnded)
      throw new EndpointError("server", `${error.message}. The next call starts it again.`, {cause: error});
    throw error;
  }
}

export function logprobOf({text, bytes, logprob, top}: GeneratedToken): TokenLogprob {
  return {token: text, logprob, bytes, top: top?.map(logprobOf)};
}

/**
 * Says that an adapter is put on other weights than those it was made on; undefined where it is not, or where files do not
 * tell: a GGUF file may be of any checkpoint.
 */
async function otherBase(
  name: string,
  {base: own}: ModelFiles,
  on: ModelFiles,
  workspace: Workspace
): Promise<string | undefined> {
  const base = on.kind === "adapter" ? on.base : on;
  if (own?.kind !== "checkpoint" || base?.kind !== "checkpoint") return undefined;
  if ((await tensorsHash(own.path, workspace)) === (await tensorsHash(base.path, workspace)))
    return undefined;
  return onOtherBase(name, own.path, base.path);
}
