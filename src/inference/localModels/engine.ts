import {availableParallelism} from "node:os";
import {basename, dirname, join} from "node:path";
import {setImmediate as nextTurn} from "node:timers/promises";
import {type GgufFile, numberOf, readGguf, metadataText} from "../../weights/gguf/read.js";
import {availableMemory, type LibraryPointer} from "../../weights/ggml/index.js";
import {UserError} from "../../base/validation/errors.js";
import {checkLane, checkModel, type LaneBytes, laneBytes} from "./engineMemory.js";
import {GenerationJob, type JobEvents} from "./job.js";
import {leastTokens} from "./leastTokens.js";
import {SequenceBatch} from "./lane.js";
import {endTokens, loadNativeModel, type NativeModel, tokenize} from "./nativeModel.js";
import {AnswerScoring, type ScoringEvents} from "./answerScoring.js";
import type {EngineInfo, EngineOptions, GenerationRequest, ScoringRequest} from "./request.js";
import {bytesWithParts, ggufParts} from "./splitGguf.js";
import {type TokenBytes, vocabularyOf} from "./vocabulary.js";

/** Most tokens in one step: longer prompts take several. */
const BATCH = 512;
const USUAL_CONTEXT = 4096;
/** Tokens of a sequence in the lane that tries whether requests have the same bits together. */
const TRIAL_CONTEXT = 256;

/** A model that writes, in this process. Its computations block the thread: use it in a process of its own. */
export class Engine {
  private readonly lanes = new Map<string, SequenceBatch>();
  private readonly adapters = new Map<string, LibraryPointer>();
  private running = false;
  private leastTokens: ((text: string) => number) | undefined;
  private ends: readonly number[] | undefined;

  private constructor(
    private readonly model: NativeModel,
    private readonly vocabulary: TokenBytes,
    private readonly options: EngineOptions,
    readonly info: EngineInfo,
    private readonly memory: {ofLane: LaneBytes; free(): number}
  ) {}

  /**
   * Loads the weights, after checking the file and that they and one lane fit in memory. Throws a UserError otherwise.
   * A lane is opened at its first request unless `openAll` is set, and checked then: each holds keys and values of its own.
   */
  static async load(options: EngineOptions, free: () => number = availableMemory): Promise<Engine> {
    const file = await readGguf(options.path);
    if (metadataText(file, "general.type") === "adapter")
      throw new UserError(
        `${options.path} is an adapter. Give the base model, and this file as one of \`adapters\`.`
      );
    const vocabulary = vocabularyOf(file);
    const threads = threadsOf(options.threads);
    const parallel = options.parallel ?? 4;
    const trained = contextOf(file);
    const contextTokens = Math.min(options.contextTokens ?? USUAL_CONTEXT, trained);
    const size = {parallel, contextTokens, batch: BATCH, vocabulary: vocabulary.size};
    const ofLane = laneBytes(file, size);
    checkModel(options.path, await bytesWithParts(options.path), ofLane, free());
    const model = await loadNativeModel(options.path, options.gpuLayers ?? 0);
    const {ggml} = model.llama;
    const info: EngineInfo = {
      devices: ggml.devices.map(({name, description}) => `${name}: ${description}`),
      threads,
      parallel,
      together: true,
      contextTokens,
      vocabulary: vocabulary.size,
      weightBytes: model.bytes,
      cacheBytes: ofLane.cache,
      parameters: model.parameters,
      chatTemplate: metadataText(file, "tokenizer.chat_template"),
      specialTokens: vocabulary.specialTokens
    };
    const engine = new Engine(model, vocabulary, options, info, {ofLane, free});
    for (const [name, path] of Object.entries(options.adapters ?? {})) await engine.addAdapter(name, path);
    const trial = engine.newLane(Math.min(contextTokens, TRIAL_CONTEXT));
    if (options.exact ?? true) info.together = trial.sameTogether(vocabulary.size);
    trial.free();
    if (options.openAll) for (const name of engine.names()) engine.lane(name);
    return engine;
  }

  private async addAdapter(name: string, path: string): Promise<void> {
    const file = await readGguf(path);
    if (metadataText(file, "general.type") !== "adapter")
      throw new UserError(
        `${path} is no adapter (its general.type is ${metadataText(file, "general.type") ?? "missing"}).`
      );
    await refuseOnTied(file, this.options.path);
    const {functions} = this.model.llama;
    const pointer = functions.adapter_lora_init(this.model.pointer, path) as LibraryPointer | null;
    if (!pointer)
      throw new UserError(
        `The adapter ${path} does not fit ${this.options.path}: convert it with its own base.`
      );
    this.adapters.set(name, pointer);
  }

  /** What requests may be for: a source that is an adapter, "\0", is never asked without it. */
  private names(): string[] {
    const adapters = [...this.adapters.keys()];
    return this.adapters.has("\0") ? adapters : ["", ...adapters];
  }

  private lane(adapter: string): SequenceBatch {
    let lane = this.lanes.get(adapter);
    if (!lane) {
      const pointer = this.adapters.get(adapter);
      if (adapter !== "" && pointer === undefined)
        throw new UserError(
          `There is no adapter ${JSON.stringify(adapter)}. Loaded: ${[...this.adapters.keys()].join(", ") || "none"}.`
        );
      checkLane(adapter, this.memory.ofLane, this.memory.free());
      lane = this.newLane(this.info.contextTokens, pointer);
      lane.together = this.info.together;
      this.lanes.set(adapter, lane);
    }
    return lane;
  }

  private newLane(tokens: number, adapter?: LibraryPointer): SequenceBatch {
    const {threads, parallel} = this.info;
    const exact = this.options.exact ?? true;
    return new SequenceBatch(this.model, {
      threads,
      sequences: parallel,
      tokens,
      batch: BATCH,
      adapter,
      exact
    });
  }

  /** Starts a request; the returned function ends it before its time. */
  generate(request: GenerationRequest, events: JobEvents): (error: unknown) => void {
    const lane = this.lane(request.adapter ?? "");
    const prompt = this.promptTokens(request);
    const room = this.info.contextTokens - prompt.length;
    if (room < 1) throw this.tooLong(`${prompt.length}`);
    const most = Math.min(request.maxTokens ?? room, room);
    const job = new GenerationJob(
      {model: this.model, vocabulary: this.vocabulary},
      request,
      prompt,
      most,
      events
    );
    lane.add(job);
    void this.run();
    return (error) => lane.drop(job, error);
  }

  /** Tells how likely given answers are; the returned function ends it before its time. */
  score(request: ScoringRequest, events: ScoringEvents): (error: unknown) => void {
    const lane = this.lane(request.adapter ?? "");
    const context = this.promptTokens(request);
    const answers = request.answers.map((answer) => this.answerTokens(request, context, answer));
    this.ends ??= endTokens(this.model);
    const scoring = new AnswerScoring(context, answers, {ends: this.ends, room: this.info.contextTokens});
    const stop = (error: unknown) => {
      for (const job of scoring.jobs) lane.drop(job, error);
    };
    scoring.begin({...events, onError: (error) => (stop(error), events.onError(error))});
    for (const job of scoring.jobs) lane.add(job);
    void this.run();
    return stop;
  }

  private promptTokens({prompt, addFirst}: Pick<GenerationRequest, "prompt" | "addFirst">): number[] {
    const tokens = this.tokensOf(prompt, addFirst);
    if (tokens.length === 0) throw new UserError("The prompt is empty.");
    return tokens;
  }

  /** As the prompt's text goes on in tokens; where tokens would reach across its end, those of the answer alone. */
  private answerTokens(
    {prompt, addFirst}: ScoringRequest,
    context: readonly number[],
    answer: string
  ): number[] {
    if (typeof prompt !== "string") return this.tokensOf(answer);
    const whole = this.tokensOf(prompt + answer, addFirst);
    return context.every((token, i) => whole[i] === token)
      ? whole.slice(context.length)
      : this.tokensOf(answer);
  }

  private tooLong(tokens: string): UserError {
    return new UserError(
      `The prompt has ${tokens} tokens; a request may have ${this.info.contextTokens} with its answer. Shorten it, or raise \`contextTokens\`.`
    );
  }

  tokensOf(prompt: GenerationRequest["prompt"], addFirst = false): number[] {
    if (typeof prompt !== "string") return [...prompt];
    const most = 2 * this.info.contextTokens;
    // A shorter text has no more tokens than that, whatever they are.
    if (prompt.length > most) {
      this.leastTokens ??= leastTokens(this.vocabulary);
      const least = this.leastTokens(prompt);
      if (least > most) throw this.tooLong(`at least ${least}`);
    }
    const {composes, first} = this.vocabulary;
    const tokens = tokenize(this.model, composes ? prompt.normalize("NFC") : prompt);
    return addFirst && first !== undefined && tokens[0] !== first ? [first, ...tokens] : tokens;
  }

  /** Logits after every token; only while nothing is being generated. */
  logitsOf(tokens: readonly number[], adapter = ""): Float32Array[] {
    // Beyond its cells the library ends the process.
    if (tokens.length > this.info.contextTokens)
      throw new UserError(`${tokens.length} tokens are more than the context of ${this.info.contextTokens}.`);
    return this.lane(adapter).logitsOf(tokens);
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    try {
      for (;;) {
        // Messages are read between steps: new requests join, dropped ones leave.
        await nextTurn();
        const busy = [...this.lanes.values()].filter((lane) => lane.busy);
        if (busy.length === 0) return;
        for (const lane of busy) lane.step();
      }
    } finally {
      this.running = false;
    }
  }

  close(): void {
    const {functions} = this.model.llama;
    for (const lane of this.lanes.values()) lane.free();
    this.lanes.clear();
    functions.model_free(this.model.pointer);
  }
}

function threadsOf(wanted: number | undefined): number {
  const cores = availableParallelism();
  const threads = wanted ?? Math.max(1, cores - 1);
  // Threads spin while they wait: more of them than cores can be ten times slower.
  if (!Number.isInteger(threads) || threads < 1 || threads > cores)
    throw new UserError(`threads: ${threads} was asked for; this machine has ${cores}. Give 1 to ${cores}.`);
  return threads;
}

function contextOf(file: GgufFile): number {
  const family = metadataText(file, "general.architecture") ?? "";
  return numberOf(file, `${family}.context_length`) ?? USUAL_CONTEXT;
}

/**
 * Throws a UserError when an adapter changes the embedding of a model that has no head of its own: llama.cpp would end the
 * process at the first request.
 */
async function refuseOnTied(adapter: GgufFile, model: string): Promise<void> {
  if (!adapter.tensors.some(({name}) => name.startsWith("token_embd."))) return;
  for (const part of ggufParts(basename(model))) {
    const {tensors} = await readGguf(join(dirname(model), part));
    if (tensors.some(({name}) => name === "output.weight")) return;
  }
  throw new UserError(
    `The adapter ${adapter.path} changes the embedding of ${model}, which is its head, too (tied). llama.cpp cannot do that: merge the adapter into its base (assay merge) and serve the result.`
  );
}
