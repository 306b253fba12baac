import type {Worker} from "node:worker_threads";
import {startThread} from "../../base/system/index.js";
import {EndpointError} from "../endpoints/index.js";
import {type PrompterSettings, prompterOf} from "./chatPrompt.js";
import {prepared, type PromptRequest} from "./prepared.js";
import type {GenerationRequest} from "./request.js";

const DEADLINE_MS = 10_000;
/** While one works on a large request, the other takes those of everyone else. */
const THREADS = 2;
/** What is prepared in the caller's thread: no schema, and a conversation of at most this size. */
const FEW_MESSAGES = 200;
const FEW_CHARACTERS = 100_000;

/** Prepares requests: large ones, and schemas, apart from the caller's thread, so that it answers others meanwhile. */
export class PromptThreads {
  readonly prompter;
  readonly #idle: Worker[] = [];
  readonly #waiting: ((worker: Worker | undefined) => void)[] = [];
  readonly #all = new Set<Worker>();

  constructor(readonly settings: PrompterSettings) {
    this.prompter = prompterOf(settings);
  }

  /** Rejects with EndpointError "bad-request" for what the model cannot do, or what takes longer than ten seconds. */
  async prepare(request: PromptRequest): Promise<GenerationRequest> {
    if (isSmall(request)) return prepared(this.prompter, request);
    const worker = await this.#free();
    const answer = await answerOf(worker, request).catch(async (error: unknown) => {
      await worker.terminate();
      this.#give(undefined);
      throw error;
    });
    this.#give(worker);
    if (answer.prepared) return answer.prepared;
    throw new EndpointError("bad-request", answer.wrong ?? "The request cannot be prepared.");
  }

  async #free(): Promise<Worker> {
    if (this.#all.size >= THREADS && this.#idle.length === 0)
      return (
        (await new Promise<Worker | undefined>((resolve) => this.#waiting.push(resolve))) ?? this.#start()
      );
    return this.#idle.pop() ?? this.#start();
  }

  /** Hands a thread, or the room of one that has ended, to whoever waits for it. */
  #give(worker: Worker | undefined): void {
    const next = this.#waiting.shift();
    if (next) next(worker);
    else if (worker) this.#idle.push(worker);
  }

  #start(): Worker {
    const worker = startThread("./promptWorker", import.meta.url, {
      workerData: this.settings,
      resourceLimits: {maxOldGenerationSizeMb: 512}
    });
    this.#all.add(worker);
    worker.once("exit", () => this.#all.delete(worker));
    worker.unref();
    return worker;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all].map((worker) => worker.terminate()));
  }
}

function isSmall({messages, params = {}, tools = []}: PromptRequest): boolean {
  if (tools.length > 0 || params.response_format != null || messages.length > FEW_MESSAGES) return false;
  return messages.reduce((sum, {content}) => sum + (content?.length ?? 0), 0) <= FEW_CHARACTERS;
}

/** What a thread says of a request. */
export interface WorkerAnswer {
  prepared?: GenerationRequest;
  wrong?: string;
}

async function answerOf(worker: Worker, request: PromptRequest): Promise<WorkerAnswer> {
  let timer: NodeJS.Timeout | undefined;
  const failed = (why: string) => (cause?: unknown) =>
    new EndpointError("bad-request", `${why}. Send fewer messages, tools or choices.`, {cause});
  const late = failed(`The prompt and its schema take more than ${DEADLINE_MS / 1000} s to prepare`);
  const broken = failed("The prompt and its schema cannot be prepared");
  try {
    return await new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(late()), DEADLINE_MS);
      worker.once("message", resolve).once("error", (error) => reject(broken(error)));
      worker.postMessage(request);
    });
  } finally {
    clearTimeout(timer);
    worker.removeAllListeners("message").removeAllListeners("error");
  }
}
