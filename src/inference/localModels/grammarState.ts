import type {LibraryPointer} from "../../weights/ggml/index.js";
import {UserError} from "../../base/validation/errors.js";
import type {NativeModel} from "./nativeModel.js";
import {afterBytes, UTF8_START} from "./utf8.js";
import type {TokenBytes} from "./vocabulary.js";

const ENTRY = 12;

/** CPU time of one step: a grammar with many ways to read the same text doubles it at each token, and all requests wait. */
const LONGEST_STEP_MS = 400;

/**
 * Where a grammar stands in one request. The library takes any bytes after the first of a character for its rest, so that
 * half a character could swallow a quotation mark: tokens that are no UTF-8 here are forbidden beside the grammar.
 */
export class GrammarState {
  private readonly sampler: LibraryPointer;
  private readonly entries: LibraryPointer;
  private readonly bytes: DataView;
  private readonly size: number;
  private text = UTF8_START;

  constructor(
    private readonly model: NativeModel,
    grammar: string,
    private readonly vocabulary: TokenBytes
  ) {
    const {size} = vocabulary;
    this.size = size;
    const {functions, ggml} = model.llama;
    const sampler = functions.sampler_init_grammar(
      model.vocabulary,
      grammar,
      "root"
    ) as LibraryPointer | null;
    if (!sampler) throw new UserError("llama.cpp does not understand the grammar.");
    this.sampler = sampler;
    this.entries = ggml.koffi.alloc("uint8_t", size * ENTRY) as LibraryPointer;
    this.bytes = new DataView(ggml.koffi.view(this.entries, size * ENTRY));
  }

  allows(token: number): boolean {
    if (!this.continues(token)) return false;
    this.put(0, token, 0);
    this.apply(1);
    return this.logit(0) > -Infinity;
  }

  /** The logits with what the grammar forbids at minus infinity. */
  restrict(logits: Float32Array): Float32Array {
    for (let token = 0; token < this.size; token++) this.put(token, token, logits[token]!);
    this.apply(this.size);
    const allowed = new Float32Array(this.size);
    // The sampler keeps the order of the entries.
    for (let token = 0; token < this.size; token++)
      allowed[token] = this.continues(token) ? this.logit(token) : -Infinity;
    return allowed;
  }

  accept(token: number): void {
    this.text = afterBytes(this.text, this.vocabulary.bytes(token)) ?? UTF8_START;
    inTime(() => this.model.llama.functions.sampler_accept(this.sampler, token));
  }

  private continues(token: number): boolean {
    return afterBytes(this.text, this.vocabulary.bytes(token)) !== undefined;
  }

  private put(at: number, token: number, logit: number): void {
    this.bytes.setInt32(at * ENTRY, token, true);
    this.bytes.setFloat32(at * ENTRY + 4, logit, true);
    this.bytes.setFloat32(at * ENTRY + 8, 0, true);
  }

  private logit(at: number): number {
    return this.bytes.getFloat32(at * ENTRY + 4, true);
  }

  private apply(size: number): void {
    inTime(() =>
      this.model.llama.functions.sampler_apply(this.sampler, {
        data: this.entries,
        size,
        selected: -1,
        sorted: false
      })
    );
  }

  free(): void {
    const {functions, ggml} = this.model.llama;
    functions.sampler_free(this.sampler);
    ggml.koffi.free(this.entries);
  }
}

/** Throws a UserError where a step took so long that the next would take too long. */
function inTime(step: () => unknown): void {
  const from = performance.now();
  const before = process.cpuUsage();
  step();
  const {user, system} = process.cpuUsage(before);
  // Of a process that computes in other threads, too, and of a machine that is busy with others.
  if (Math.min(performance.now() - from, (user + system) / 1000) > LONGEST_STEP_MS)
    throw new UserError(
      "The JSON schema lets one text be read in too many ways. Give its choices different beginnings, such as a constant first."
    );
}
