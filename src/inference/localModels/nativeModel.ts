import {
  type Koffi,
  type Llama,
  type LlamaBatch,
  CONTEXT_SETTINGS,
  loadLlama,
  MODEL_SETTINGS,
  type LibraryPointer,
  type SettingsBytes
} from "../../weights/ggml/index.js";
import {UserError} from "../../base/validation/errors.js";

/** A model's weights in memory. */
export interface NativeModel {
  llama: Llama;
  pointer: LibraryPointer;
  vocabulary: LibraryPointer;
  trainedContext: number;
  bytes: number;
  parameters: number;
}

/** Loads the weights of a GGUF file that was read and found whole. */
export async function loadNativeModel(path: string, gpuLayers: number): Promise<NativeModel> {
  const llama = await loadLlama();
  const {functions} = llama;
  functions.backend_init();
  const settings = Buffer.from((functions.model_default_params() as SettingsBytes).bytes);
  settings.writeInt32LE(gpuLayers, MODEL_SETTINGS.gpuLayers);
  const pointer = functions.model_load_from_file(path, {bytes: settings}) as LibraryPointer | null;
  if (!pointer)
    throw new UserError(
      `llama.cpp cannot load ${path}: it is of a family or a type that this release does not run, or memory is short. \`assay models gguf\` writes files that it loads.`
    );
  return {
    llama,
    pointer,
    vocabulary: functions.model_get_vocab(pointer) as LibraryPointer,
    trainedContext: Number(functions.model_n_ctx_train(pointer)),
    bytes: Number(functions.model_size(pointer)),
    parameters: Number(functions.model_n_params(pointer))
  };
}

export interface ContextOptions {
  threads: number;
  sequences: number;
  /** Tokens a sequence. */
  tokens: number;
  /** Most tokens in one step. */
  batch: number;
  adapter?: LibraryPointer;
}

/** Keys and values of several sequences, and the batch that feeds them. */
export class NativeContext {
  private readonly pointer: LibraryPointer;
  private readonly memory: LibraryPointer;
  private readonly batch: LlamaBatch;
  private readonly view: {
    token: Int32Array;
    pos: Int32Array;
    count: Int32Array;
    wanted: Int8Array;
    sequence: Int32Array[];
  };
  private readonly vocabularySize: number;

  constructor(
    private readonly model: NativeModel,
    options: ContextOptions
  ) {
    const {functions, ggml} = model.llama;
    const settings = Buffer.from((functions.context_default_params() as SettingsBytes).bytes);
    const at = CONTEXT_SETTINGS;
    settings.writeUInt32LE(options.tokens * options.sequences, at.context);
    settings.writeUInt32LE(options.batch, at.batch);
    settings.writeUInt32LE(options.batch, at.microBatch);
    settings.writeUInt32LE(options.sequences, at.sequences);
    settings.writeUInt32LE(options.batch, at.outputs);
    settings.writeInt32LE(options.threads, at.threads);
    settings.writeInt32LE(options.threads, at.batchThreads);
    // Off, and 32-bit keys and values: the defaults move logits by 0.01.
    settings.writeInt32LE(0, at.flashAttention);
    settings.writeInt32LE(0, at.keyType);
    settings.writeInt32LE(0, at.valueType);
    // Each sequence has cells of its own: what one computes does not depend on the others.
    settings.writeUInt8(0, at.unified);
    const pointer = functions.init_from_model(model.pointer, {bytes: settings}) as LibraryPointer | null;
    if (!pointer)
      throw new UserError(
        `There is no memory for ${options.sequences} sequences of ${options.tokens} tokens. Lower \`contextTokens\` or \`parallel\`.`
      );
    this.pointer = pointer;
    this.memory = functions.get_memory(pointer) as LibraryPointer;
    this.vocabularySize = Number(functions.vocab_n_tokens(model.vocabulary));
    if (options.adapter !== undefined) this.setAdapter(options.adapter);
    this.batch = functions.batch_init(options.batch, 0, 1) as LlamaBatch;
    this.view = views(ggml.koffi, this.batch, options.batch);
  }

  private setAdapter(adapter: LibraryPointer): void {
    const {functions} = this.model.llama;
    const status = functions.set_adapters_lora(
      this.pointer,
      BigUint64Array.of(BigInt(adapter)),
      1,
      Float32Array.of(1)
    ) as number;
    if (status !== 0) throw new UserError(`llama.cpp refused the adapter (status ${status}).`);
  }

  /** Computes tokens of sequences in one step; `logitsAfter` gives the logits of those that are wanted. */
  step(tokens: readonly {token: number; position: number; sequence: number; wanted: boolean}[]): void {
    const {functions} = this.model.llama;
    tokens.forEach(({token, position, sequence, wanted}, i) => {
      this.view.token[i] = token;
      this.view.pos[i] = position;
      this.view.count[i] = 1;
      this.view.sequence[i]![0] = sequence;
      this.view.wanted[i] = wanted ? 1 : 0;
    });
    const status = functions.decode(this.pointer, {...this.batch, n_tokens: tokens.length}) as number;
    if (status !== 0) throw new Error(`llama_decode gave ${status}`);
  }

  /** A copy of the logits after the i-th token of the last step, which must have been wanted. */
  logitsAfter(i: number): Float32Array {
    const {functions, ggml} = this.model.llama;
    const logits = functions.get_logits_ith(this.pointer, i) as LibraryPointer;
    return new Float32Array(ggml.koffi.view(logits, this.vocabularySize * 4).slice(0));
  }

  /** Forgets what a sequence holds from a position on. False when the model's memory cannot be cut there. */
  forget(sequence: number, from: number): boolean {
    return this.model.llama.functions.memory_seq_rm(this.memory, sequence, from, -1) as boolean;
  }

  free(): void {
    const {functions} = this.model.llama;
    functions.batch_free(this.batch);
    functions.free(this.pointer);
  }
}

function views(koffi: Koffi, batch: LlamaBatch, capacity: number) {
  const pointers = koffi.decode(batch.seq_id, koffi.array("void *", capacity)) as LibraryPointer[];
  return {
    token: new Int32Array(koffi.view(batch.token, capacity * 4)),
    pos: new Int32Array(koffi.view(batch.pos, capacity * 4)),
    count: new Int32Array(koffi.view(batch.n_seq_id, capacity * 4)),
    wanted: new Int8Array(koffi.view(batch.logits, capacity)),
    sequence: pointers.map((pointer) => new Int32Array(koffi.view(pointer, 4)))
  };
}

/** The ids of a text's tokens, special tokens read as such and none added. */
export function tokenize({llama: {functions}, vocabulary}: NativeModel, text: string): number[] {
  const bytes = Buffer.byteLength(text);
  const into = (room: Int32Array) =>
    functions.tokenize(vocabulary, text, bytes, room, room.length, false, true) as number;
  let room = new Int32Array(bytes + 16);
  let count = into(room);
  if (count < 0) {
    room = new Int32Array(-count);
    count = into(room);
  }
  return [...room.subarray(0, count)];
}

/** The tokens that end an answer. */
export function endTokens({llama: {functions}, vocabulary}: NativeModel): number[] {
  const count = Number(functions.vocab_n_tokens(vocabulary));
  return Array.from({length: count}, (_, token) => token).filter(
    (token) => functions.vocab_is_eog(vocabulary, token) as boolean
  );
}
