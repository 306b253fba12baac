import {GrammarState} from "./grammarState.js";
import type {SequenceJob} from "./lane.js";
import type {NativeModel} from "./nativeModel.js";
import type {GeneratedToken, Generation, GenerationRequest} from "./request.js";
import {logprobsOf, Sampler} from "./sampling.js";
import {TextStream} from "./textStream.js";
import type {TokenBytes} from "./vocabulary.js";

export interface JobEvents {
  /** With what was noted of the tokens since the last text. */
  onText?(text: string, logprobs?: GeneratedToken[]): void;
  onDone(generation: Generation): void;
  onError(error: unknown): void;
}

/** One request under way: chooses its tokens and knows when it ends. */
export class GenerationJob implements SequenceJob {
  readonly wantedFrom: number;
  private readonly tokens: number[] = [];
  reused = 0;
  private readonly sampler: Sampler;
  private readonly stream: TextStream;
  private readonly logprobs: GeneratedToken[] = [];
  private told = 0;
  private grammar: GrammarState | undefined;
  private readonly started = performance.now();
  private firstAt: number | undefined;
  private raw = "";

  constructor(
    private readonly native: {model: NativeModel; vocabulary: TokenBytes},
    readonly request: GenerationRequest,
    readonly prompt: readonly number[],
    private readonly most: number,
    private readonly events: JobEvents
  ) {
    this.wantedFrom = prompt.length - 1;
    this.sampler = new Sampler(request);
    this.stream = new TextStream(request.stop);
    if (request.grammar !== undefined && request.grammarAfter === undefined) this.begin(request.grammar);
  }

  private begin(grammar: string): void {
    this.grammar = new GrammarState(this.native.model, grammar, this.native.vocabulary);
  }

  /** Takes the logits after the last token; the next token, or undefined at the end. */
  advance(logits: Float32Array): [token: number] | undefined {
    const token = this.choose(logits);
    this.firstAt ??= performance.now();
    const ends = this.native.model.llama.functions.vocab_is_eog(
      this.native.model.vocabulary,
      token
    ) as boolean;
    if (this.request.logprobs && !ends) this.note(logits, token);
    if (ends) return this.finish("stop");
    this.tokens.push(token);
    this.show(token);
    if (this.stream.stopped) return this.finish("stop");
    if (this.tokens.length >= this.most) return this.finish("length");
    return [token];
  }

  private choose(logits: Float32Array): number {
    let token = this.sampler.choose(logits);
    if (!this.grammar) return token;
    if (!this.grammar.allows(token)) token = this.sampler.choose(this.grammar.restrict(logits));
    this.grammar.accept(token);
    return token;
  }

  private note(logits: Float32Array, token: number): void {
    const {logprob, top} = logprobsOf(logits, token, this.request.topLogprobs ?? 0);
    this.logprobs.push({
      ...this.named(token, logprob),
      top: top.length > 0 ? top.map((one) => this.named(one.token, one.logprob)) : undefined
    });
  }

  private named(id: number, logprob: number): GeneratedToken {
    const bytes = Buffer.from(this.native.vocabulary.bytes(id));
    const text = bytes.toString();
    return {id, text, bytes: Buffer.from(text).equals(bytes) ? undefined : [...bytes], logprob};
  }

  private show(token: number): void {
    const {grammar, grammarAfter, showSpecial} = this.request;
    const bytes = this.native.vocabulary.bytes(token);
    if (grammar !== undefined && grammarAfter !== undefined && !this.grammar) {
      this.raw += Buffer.from(bytes).toString("latin1");
      if (this.raw.endsWith(Buffer.from(grammarAfter).toString("latin1"))) this.begin(grammar);
    }
    if (this.native.vocabulary.isSpecial(token) && !showSpecial) return;
    const text = this.stream.push(bytes);
    if (text !== "") this.tell(text);
  }

  private tell(text: string): void {
    const logprobs = this.request.logprobs ? this.logprobs.slice(this.told) : undefined;
    this.told = this.logprobs.length;
    this.events.onText?.(text, logprobs);
  }

  private finish(finishReason: Generation["finishReason"]): undefined {
    const rest = this.stream.end();
    if (rest !== "" || this.told < this.logprobs.length) this.tell(rest);
    const now = performance.now();
    this.release();
    this.events.onDone({
      text: this.stream.text,
      tokens: this.tokens,
      finishReason,
      promptTokens: this.prompt.length,
      reusedTokens: this.reused,
      completionTokens: this.tokens.length,
      logprobs: this.request.logprobs ? this.logprobs : undefined,
      firstTokenMs: (this.firstAt ?? now) - this.started,
      totalMs: now - this.started
    });
    return undefined;
  }

  fail(error: unknown): void {
    this.release();
    this.events.onError(error);
  }

  /** The grammar's memory is the library's. */
  private release(): void {
    this.grammar?.free();
    this.grammar = undefined;
  }
}
