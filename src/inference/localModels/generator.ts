import type {ChildProcess} from "node:child_process";
import {forkModule, killAtExit} from "../../weights/ggml/index.js";
import {UserError} from "../../base/validation/index.js";
import type {FromEngine, ToEngine} from "./messages.js";
import type {
  EngineInfo,
  EngineOptions,
  GeneratedToken,
  Generation,
  GenerationRequest,
  ScoredTexts,
  ScoringRequest
} from "./request.js";

export interface GenerateOptions {
  signal?: AbortSignal;
  /** Told the text as it comes; in pieces that together are the whole, with the tokens' log probabilities. */
  onText?(text: string, logprobs?: GeneratedToken[]): void;
}

/** A model that writes, in a process of its own. */
export interface Generator {
  info: EngineInfo;
  pid: number;
  /** Names of its adapters. */
  adapters: readonly string[];
  /** The most memory its process has held, in bytes, as it said with its last answer. */
  readonly memoryBytes: number;
  /** Whether its process has ended: nothing more can be asked. */
  readonly ended: boolean;
  generate(request: GenerationRequest, options?: GenerateOptions): Promise<Generation>;
  /** How likely it is to write answers that are given. */
  score(request: ScoringRequest, options?: Pick<GenerateOptions, "signal">): Promise<ScoredTexts>;
  /** Logits after every token, computed alone. */
  logits(tokens: readonly number[], adapter?: string): Promise<Float32Array[]>;
  close(): Promise<void>;
}

/** The model's process ended while it was asked: an assertion of the library, or memory ran out. */
export class EngineEnded extends Error {
  override name = "EngineEnded";
}

interface PendingReply extends Pick<GenerateOptions, "onText"> {
  resolve(value: never): void;
  reject(error: unknown): void;
}

/** Starts a process and loads the model in it. Throws a UserError when the file or memory do not allow it. */
export async function startGenerator(options: EngineOptions): Promise<Generator> {
  const child = startEngineProcess();
  const waiting = new Map<number, PendingReply>();
  const exited = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => resolve(signal ?? `code ${code}`));
    // Every message to a process that has just ended is an error; its end is told to all who wait, once.
    child.on("error", (error) => child.pid === undefined && resolve(error.message));
  });
  const state = {ended: false, memoryBytes: 0};
  void exited.then((how) => {
    state.ended = true;
    for (const {reject} of waiting.values())
      reject(new EngineEnded(`the process of the model ${options.path} ended (${how})`));
    waiting.clear();
  });
  const forget = killAtExit(child);
  const close = async () => {
    forget();
    if (!state.ended && child.connected) child.send({type: "close"} satisfies ToEngine);
    // A long step is not worth waiting for.
    const timer = setTimeout(() => child.kill("SIGKILL"), 2000);
    await exited;
    clearTimeout(timer);
  };
  let info: EngineInfo;
  try {
    info = await loaded(child, options, exited);
  } catch (error) {
    await close();
    throw error;
  }
  child.on("message", (message: FromEngine) => deliver(message, waiting, state));
  let next = 0;
  const ask = <T>(message: (id: number) => ToEngine, {signal, onText}: GenerateOptions = {}): Promise<T> => {
    if (state.ended)
      return Promise.reject(new EngineEnded(`the process of the model ${options.path} has ended`));
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    const id = next++;
    const stop = () => {
      if (child.connected) child.send({type: "stop", id} satisfies ToEngine);
      waiting.get(id)?.reject(signal!.reason);
      waiting.delete(id);
    };
    const promise = new Promise<T>((resolve, reject) => {
      waiting.set(id, {resolve: resolve as PendingReply["resolve"], reject, onText});
      signal?.addEventListener("abort", stop, {once: true});
      child.send(message(id));
    });
    return promise.finally(() => signal?.removeEventListener("abort", stop));
  };
  return {
    info,
    pid: child.pid!,
    adapters: Object.keys(options.adapters ?? {}),
    get memoryBytes() {
      return state.memoryBytes;
    },
    get ended() {
      return state.ended;
    },
    generate: (request, also) =>
      ask((id) => ({type: "generate", id, request, stream: also?.onText !== undefined}), also),
    score: (request, also) => ask((id) => ({type: "score", id, request}), also),
    logits: (tokens, adapter) => ask((id) => ({type: "logits", id, tokens, adapter})),
    close
  };
}

/** Starts the process that the engine runs in. */
export function startEngineProcess(): ChildProcess {
  return forkModule("./engineProcess", import.meta.url, {serialization: "advanced"});
}

function loaded(child: ChildProcess, options: EngineOptions, exited: Promise<string>): Promise<EngineInfo> {
  return new Promise((resolve, reject) => {
    child.once("message", (message: FromEngine) => {
      if (message.type === "loaded") resolve(message.info);
      else if (message.type === "refused") reject(errorOf(message));
    });
    child.once("error", reject);
    void exited.then((how) =>
      reject(
        new UserError(
          `The process that was to load ${options.path} ended (${how}). ${how === "SIGABRT" ? "The library gave up on the file; its last words stand above." : "Is memory left?"} \`assay doctor\` says whether the library works here.`
        )
      )
    );
    child.send({type: "load", options} satisfies ToEngine);
  });
}

function deliver(
  message: FromEngine,
  waiting: Map<number, PendingReply>,
  state: {memoryBytes: number}
): void {
  if (!("id" in message)) return;
  const found = waiting.get(message.id);
  if (message.type === "text") return found?.onText?.(message.text, message.logprobs);
  waiting.delete(message.id);
  if (message.type === "error") return found?.reject(errorOf(message));
  if (message.type === "logits") return found?.resolve(message.logits as never);
  state.memoryBytes = Math.max(state.memoryBytes, message.memoryBytes);
  found?.resolve((message.type === "scored" ? message.scoring : message.generation) as never);
}

function errorOf({message, forUser}: {message: string; forUser: boolean}): Error {
  return forUser ? new UserError(message) : new Error(message);
}
