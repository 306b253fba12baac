import {UserError} from "../../base/validation/errors.js";
import type {LibraryPointer} from "./functions.js";
import {defineStruct, type Ggml, loadGgml} from "./library.js";
import {installCommand} from "./package.js";

const MODEL = "void *model";
const CONTEXT = "void *context";

/** C declarations of what is called in libllama. */
const FUNCTIONS = {
  log_set: "void llama_log_set(void *callback, void *data)",
  backend_init: "void llama_backend_init()",
  model_default_params: "llama_model_params llama_model_default_params()",
  context_default_params: "llama_context_params llama_context_default_params()",
  model_quantize_default_params: "llama_quantize_params llama_model_quantize_default_params()",
  model_quantize:
    "uint32_t llama_model_quantize(const char *from, const char *to, llama_quantize_params *params)",
  model_load_from_file: "void *llama_model_load_from_file(const char *path, llama_model_params params)",
  model_free: `void llama_model_free(${MODEL})`,
  model_get_vocab: `void *llama_model_get_vocab(${MODEL})`,
  model_n_ctx_train: `int32_t llama_model_n_ctx_train(${MODEL})`,
  model_size: `uint64_t llama_model_size(${MODEL})`,
  model_n_params: `uint64_t llama_model_n_params(${MODEL})`,
  init_from_model: `void *llama_init_from_model(${MODEL}, llama_context_params params)`,
  free: `void llama_free(${CONTEXT})`,
  get_memory: `void *llama_get_memory(${CONTEXT})`,
  memory_seq_rm: "bool llama_memory_seq_rm(void *memory, int32_t sequence, int32_t from, int32_t to)",
  memory_seq_cp:
    "void llama_memory_seq_cp(void *memory, int32_t source, int32_t destination, int32_t from, int32_t to)",
  batch_init: "llama_batch llama_batch_init(int32_t tokens, int32_t embedding, int32_t sequences)",
  batch_free: "void llama_batch_free(llama_batch batch)",
  decode: `int32_t llama_decode(${CONTEXT}, llama_batch batch)`,
  get_logits_ith: `void *llama_get_logits_ith(${CONTEXT}, int32_t i)`,
  vocab_n_tokens: "int32_t llama_vocab_n_tokens(void *vocabulary)",
  vocab_is_eog: "bool llama_vocab_is_eog(void *vocabulary, int32_t token)",
  tokenize:
    "int32_t llama_tokenize(void *vocabulary, const char *text, int32_t length, void *tokens, int32_t most, bool special, bool parse)",
  adapter_lora_init: `void *llama_adapter_lora_init(${MODEL}, const char *path)`,
  adapter_lora_free: "void llama_adapter_lora_free(void *adapter)",
  set_adapters_lora: `int32_t llama_set_adapters_lora(${CONTEXT}, void *adapters, size_t count, void *scales)`,
  sampler_init_grammar:
    "void *llama_sampler_init_grammar(void *vocabulary, const char *grammar, const char *root)",
  sampler_apply: "void llama_sampler_apply(void *sampler, llama_token_data_array *tokens)",
  sampler_accept: "void llama_sampler_accept(void *sampler, int32_t token)",
  sampler_free: "void llama_sampler_free(void *sampler)"
} as const;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- koffi checks arguments against the declarations.
export type LlamaFunctions = Record<keyof typeof FUNCTIONS, (...args: any[]) => any>;

/** A struct of llama.cpp's settings as its bytes: where a field stands is bound to the release. */
export interface SettingsBytes {
  bytes: Uint8Array;
}

/** Sizes in bytes and places of fields in llama.cpp's settings, of the one release that is loaded. */
export const MODEL_SETTINGS = {bytes: 80, gpuLayers: 16} as const;
export const CONTEXT_SETTINGS = {
  bytes: 160,
  context: 0,
  batch: 4,
  microBatch: 8,
  sequences: 12,
  outputs: 24,
  threads: 28,
  batchThreads: 32,
  flashAttention: 52,
  keyType: 104,
  valueType: 108,
  unified: 133
} as const;
export const QUANTISE_SETTINGS = {bytes: 64, threads: 0, fileType: 4} as const;

export interface LlamaBatch {
  n_tokens: number;
  token: LibraryPointer;
  embd: LibraryPointer;
  pos: LibraryPointer;
  n_seq_id: LibraryPointer;
  seq_id: LibraryPointer;
  logits: LibraryPointer;
}

export interface Llama {
  ggml: Ggml;
  functions: LlamaFunctions;
}

let loaded: Promise<Llama> | undefined;

/** Loads libllama beside ggml, once a process. A failed assertion of it ends the process: load it in a child. */
export function loadLlama(): Promise<Llama> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Llama> {
  const ggml = await loadGgml();
  const {koffi, libraries} = ggml;
  const settings = (name: string, bytes: number) =>
    defineStruct(koffi, name, {bytes: koffi.array("uint8_t", bytes, "Typed")});
  settings("llama_model_params", MODEL_SETTINGS.bytes);
  settings("llama_context_params", CONTEXT_SETTINGS.bytes);
  settings("llama_quantize_params", QUANTISE_SETTINGS.bytes);
  defineStruct(koffi, "llama_batch", {
    n_tokens: "int32_t",
    token: "void *",
    embd: "void *",
    pos: "void *",
    n_seq_id: "void *",
    seq_id: "void *",
    logits: "void *"
  });
  defineStruct(koffi, "llama_token_data_array", {
    data: "void *",
    size: "size_t",
    selected: "int64_t",
    sorted: "bool"
  });
  const library = ggml.open(libraries.llama);
  const missing: string[] = [];
  const functions: Record<string, unknown> = {};
  for (const [name, declaration] of Object.entries(FUNCTIONS))
    try {
      functions[name] = library.func(declaration);
    } catch {
      missing.push(`llama_${name}`);
    }
  if (missing.length > 0)
    throw new UserError(`${libraries.llama} lacks ${missing.join(", ")}. Run \`${installCommand()}\`.`);
  const llama = functions as LlamaFunctions;
  // Log lines go to a function that does nothing with them: see `silence` of library.ts.
  llama.log_set(ggml.open(libraries.base).symbol("ggml_op_name"), null);
  return {ggml, functions: llama};
}
