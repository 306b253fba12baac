import {type ContextOptions, NativeContext, type NativeModel} from "./nativeModel.js";

/** A request under way, as a lane sees it. */
export interface SequenceJob {
  /** Tokens to be computed first. */
  readonly prompt: readonly number[];
  /** The first of them whose logits are wanted, with those of all after it. */
  readonly wantedFrom: number;
  /** Set by the lane: how many of them an earlier request had left computed. */
  reused: number;
  /** Takes the logits after the next token that is wanted; the tokens to compute then, undefined when it is done. */
  advance(logits: Float32Array): readonly number[] | undefined;
  fail(error: unknown): void;
}

/** One sequence of a context: what it holds, and who uses it. */
interface SequenceSlot {
  sequence: number;
  /** Tokens whose keys and values are computed. */
  held: number[];
  /** How many of them, from the first, another request may take over. */
  shareable: number;
  job?: SequenceJob;
  /** Tokens still to be computed before the next is chosen. */
  pending: number[];
}

interface BatchToken {
  place: SequenceSlot;
  token: number;
  wanted: boolean;
}

export interface SequenceBatchOptions extends ContextOptions {
  /** Whether what is reused has the bits of what is computed anew. */
  exact: boolean;
}

/** Requests to the model with one adapter, several at once, the others in a queue. */
export class SequenceBatch {
  private readonly context: NativeContext;
  private readonly places: SequenceSlot[];
  private readonly queue: SequenceJob[] = [];
  /** Whether all sequences go through one call: faster, and the same bits only where `sameTogether` says so. */
  together = true;

  constructor(
    model: NativeModel,
    private readonly options: SequenceBatchOptions
  ) {
    this.context = new NativeContext(model, options);
    this.places = Array.from({length: options.sequences}, (_, sequence) => ({
      sequence,
      held: [],
      shareable: 0,
      pending: []
    }));
  }

  add(job: SequenceJob): void {
    this.queue.push(job);
  }

  get busy(): boolean {
    return this.queue.length > 0 || this.places.some(({job}) => job);
  }

  /** Ends a request before its time. */
  drop(job: SequenceJob, error: unknown): void {
    const at = this.queue.indexOf(job);
    if (at >= 0) this.queue.splice(at, 1);
    const place = this.places.find((one) => one.job === job);
    if (place) this.leave(place);
    job.fail(error);
  }

  /** One step of all requests under way. */
  step(): void {
    this.fill();
    const batch: BatchToken[] = [];
    // Those who wait for one token go first: a long prompt must not hold them up.
    for (const place of this.places
      .filter(({job}) => job)
      .sort((a, b) => a.pending.length - b.pending.length)) {
      const now = place.pending.splice(0, portion(place.pending.length, this.options.batch - batch.length));
      const first = place.held.length;
      const from = Math.max(first, place.job!.wantedFrom);
      now.forEach((token, i) => batch.push({place, token, wanted: first + i >= from}));
    }
    const calls = this.together
      ? [batch]
      : this.places.map((place) => batch.filter((one) => one.place === place));
    for (const entries of calls) if (entries.length > 0) this.call(entries);
  }

  private call(entries: readonly BatchToken[]): void {
    const steps = entries.map(({place, token, wanted}) => {
      const position = place.held.length;
      place.held.push(token);
      return {token, position, sequence: place.sequence, wanted};
    });
    try {
      this.context.step(steps);
    } catch (error) {
      for (const place of new Set(entries.map((one) => one.place))) this.lose(place, error);
      return;
    }
    entries.forEach(({place, wanted}, i) => {
      if (wanted) this.advance(place, this.context.logitsAfter(i));
    });
  }

  private lose(place: SequenceSlot, error: unknown): void {
    const {job} = place;
    this.clear(place);
    this.leave(place);
    job?.fail(error);
  }

  private clear(place: SequenceSlot): void {
    this.context.forget(place.sequence, 0);
    place.held = [];
  }

  private advance(place: SequenceSlot, logits: Float32Array): void {
    const {job} = place;
    if (!job) return;
    try {
      const next = job.advance(logits);
      if (next) place.pending.push(...next);
      else this.leave(place);
    } catch (error) {
      this.leave(place);
      job.fail(error);
    }
  }

  private leave(place: SequenceSlot): void {
    place.job = undefined;
    place.pending = [];
  }

  /** Gives free places to those who wait: each the place that holds most of its prompt's beginning. */
  private fill(): void {
    for (;;) {
      const free = this.places.filter(({job}) => !job);
      const job = free.length > 0 ? this.queue.shift() : undefined;
      if (!job) return;
      const common = (place: SequenceSlot) => Math.min(place.shareable, sharedLength(place.held, job.prompt));
      // Of equals the one that holds least, so that long beginnings stay for those who need them.
      free.sort((a, b) => common(b) - common(a) || a.held.length - b.held.length);
      this.enter(free[0]!, job, common(free[0]!));
    }
  }

  private enter(place: SequenceSlot, job: SequenceJob, common: number): void {
    // What logits are wanted of is computed always, and so are two tokens: a single one goes through other kernels than several,
    // with other last bits.
    let kept = Math.max(0, Math.min(common, job.wantedFrom, job.prompt.length - 2));
    if (kept < place.held.length && !this.context.forget(place.sequence, kept)) {
      this.context.forget(place.sequence, 0);
      kept = 0;
    }
    place.held.length = kept;
    place.shareable = this.shareable(job);
    place.job = job;
    place.pending = job.prompt.slice(kept);
    job.reused = kept;
  }

  /** An answer's tokens are computed one at a time, as is a prompt of one: with other last bits than several. */
  private shareable({prompt}: SequenceJob): number {
    if (!this.options.exact) return Infinity;
    return prompt.length > 1 ? prompt.length : 0;
  }

  /** Logits after every token of a sequence, computed from the beginning. Nothing else may be under way. */
  logitsOf(tokens: readonly number[]): Float32Array[] {
    const place = this.places[0]!;
    this.clear(place);
    const all: Float32Array[] = [];
    for (let from = 0; from < tokens.length; from += this.options.batch)
      all.push(...this.logitsIn(stepsOf(place, tokens.slice(from, from + this.options.batch), from, true)));
    this.clear(place);
    return all;
  }

  /**
   * Whether sequences computed in one call have the bits that each has alone, tried with as many as there are places:
   * first their prompts, then a token of each. It depends on the weights' type and on the processor.
   */
  sameTogether(vocabulary: number): boolean {
    const prompts = this.places.map((_, i) =>
      Array.from({length: 6 + (i % 3)}, (_, j) => (17 * i + 31 * j + 3) % vocabulary)
    );
    const next = prompts.map((prompt) => prompt[0]!);
    const pass = (calls: (all: ReturnType<typeof stepsOf>[]) => ReturnType<typeof stepsOf>[]) => {
      for (const place of this.places) this.clear(place);
      const first = this.places.map((place, i) => stepsOf(place, prompts[i]!, 0));
      const second = this.places.map((place, i) => stepsOf(place, [next[i]!], prompts[i]!.length));
      return [...calls(first), ...calls(second)].flatMap((call) => this.logitsIn(call));
    };
    const alone = pass((all) => all);
    const company = pass((all) => inCalls(all, this.options.batch));
    for (const place of this.places) this.clear(place);
    return alone.every((logits, i) => sameBits(logits, company[i]!));
  }

  private logitsIn(steps: ReturnType<typeof stepsOf>): Float32Array[] {
    this.context.step(steps);
    return steps.flatMap(({wanted}, i) => (wanted ? [this.context.logitsAfter(i)] : []));
  }

  free(): void {
    this.context.free();
  }
}

/** The steps of several sequences in as few calls as there is room for. */
function inCalls<Step>(all: readonly Step[][], most: number): Step[][] {
  const calls: Step[][] = [];
  for (const steps of all) {
    const last = calls.at(-1);
    if (last && last.length + steps.length <= most) last.push(...steps);
    else calls.push([...steps]);
  }
  return calls;
}

function stepsOf({sequence}: SequenceSlot, tokens: readonly number[], from: number, all = false) {
  return tokens.map((token, i) => ({
    token,
    position: from + i,
    sequence,
    wanted: all || i === tokens.length - 1
  }));
}

/** How many of the pending tokens are computed now: never one of several, nor all but one, which would go alone. */
export function portion(pending: number, room: number): number {
  if (pending <= room) return pending;
  const now = pending - room === 1 ? room - 1 : room;
  return now < 2 ? 0 : now;
}

function sameBits(a: Float32Array, b: Float32Array): boolean {
  return a.every((value, i) => Object.is(value, b[i]));
}

function sharedLength(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}
