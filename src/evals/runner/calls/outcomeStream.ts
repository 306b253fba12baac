import type {CallOutcome, CallRequest, ExecuteOptions} from "./executor.js";

/**
 * A batch that has grown to this is given at once: the longer it gathers, the longer its calls' places stand empty. Fewer
 * cost more writes of the journal than they gain.
 */
const MOST_GATHERED = 16;

/**
 * The outer form of an executor's work on one stream of requests: it takes them as places come free, gives what has ended in
 * batches, and counts a batch as received when the next is asked for. What makes the calls says how they start, when they
 * are all done with, and what draining and aborting is to it.
 */
export abstract class OutcomeStream<Ended> implements AsyncIterableIterator<readonly CallOutcome[]> {
  protected draining = false;
  private readonly source: AsyncIterator<CallRequest>;
  private ended: Ended[] = [];
  /** The batch given out last. */
  private given: Ended[] = [];
  private begun = false;
  private sourceEnded = false;
  private closed = false;
  private failure: {error: unknown} | undefined;
  private wakeReader: (() => void) | undefined;
  private endGathering: (() => void) | undefined;
  private wakeTaker: (() => void) | undefined;
  private readonly onSignal = () => this.drain();
  private readonly onAbort = () => this.abort();

  /** @param most requests taken and not yet received as outcomes */
  constructor(
    requests: AsyncIterable<CallRequest>,
    private readonly signals: Pick<ExecuteOptions, "signal" | "abortSignal">,
    private readonly most: number
  ) {
    this.source = requests[Symbol.asyncIterator]();
  }

  /** Requests that were taken and are not done with. */
  protected abstract readonly open: number;
  /** Called once before the first request is taken. */
  protected abstract begin(): Promise<void> | undefined;
  protected abstract start(request: CallRequest): Promise<void> | undefined;
  protected abstract outcomeOf(ended: Ended): CallOutcome;
  /** Called once for each batch, when it was received. */
  protected abstract receive(ended: readonly Ended[]): void;
  /** Called once: nothing more may be started. */
  protected abstract onDrain(): void;
  /** Calls in flight are to end too. */
  protected abstract abortCalls(): void;
  protected abstract end(): Promise<void> | undefined;

  /** To be called when the object is whole. */
  protected take(): void {
    const {signal, abortSignal} = this.signals;
    signal?.addEventListener("abort", this.onSignal);
    abortSignal?.addEventListener("abort", this.onAbort);
    if (abortSignal?.aborted) this.abort();
    else if (signal?.aborted) this.drain();
    void this.takeAll();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<readonly CallOutcome[]>> {
    this.received();
    await this.gathered();
    while (this.ended.length === 0 && !this.finished) await this.woken();
    if (this.ended.length > 0) return {done: false, value: this.give()};
    await this.close();
    if (this.failure) throw this.failure.error;
    return {done: true, value: undefined};
  }

  async return(): Promise<IteratorResult<readonly CallOutcome[]>> {
    this.drain();
    this.received();
    while (!this.finished) {
      if (this.ended.length === 0) await this.woken();
      this.give();
      this.received();
    }
    await this.close();
    return {done: true, value: undefined};
  }

  protected tell(ended: Ended): void {
    this.ended.push(ended);
    if (this.ended.length >= MOST_GATHERED) this.endGathering?.();
    this.wakeReader?.();
  }

  /** Told when a request is done with. */
  protected changed(): void {
    this.wakeReader?.();
    this.wakeTaker?.();
  }

  protected fail(error: unknown): void {
    this.failure ??= {error};
    this.drain();
  }

  protected drain(): void {
    if (this.draining) return;
    this.draining = true;
    // The stream may be waiting for something that never comes: it is asked to end, and not waited for.
    this.sourceEnded = true;
    this.onDrain();
    this.changed();
  }

  private abort(): void {
    this.abortCalls();
    this.drain();
  }

  private get finished(): boolean {
    return this.begun && this.sourceEnded && this.open === 0;
  }

  /** Answers that arrive in one turn of the event loop make one batch, or a few. */
  private async gathered(): Promise<void> {
    if (this.ended.length >= MOST_GATHERED) return;
    await new Promise<void>((resolve) => {
      this.endGathering = resolve;
      setImmediate(resolve);
    });
  }

  private woken(): Promise<void> {
    return new Promise((resolve) => (this.wakeReader = resolve));
  }

  private give(): readonly CallOutcome[] {
    this.given = this.ended;
    this.ended = [];
    return this.given.map((one) => this.outcomeOf(one));
  }

  private received(): void {
    const {given} = this;
    this.given = [];
    if (given.length === 0) return;
    this.receive(given);
    this.wakeTaker?.();
  }

  private async takeAll(): Promise<void> {
    try {
      const beginning = this.begin();
      if (beginning) await beginning;
      this.begun = true;
      while (!this.draining) {
        if (this.open >= this.most) {
          await new Promise<void>((resolve) => (this.wakeTaker = resolve));
          continue;
        }
        const next = await this.source.next();
        if (next.done || this.draining) break;
        const started = this.start(next.value);
        if (started) await started;
      }
    } catch (error) {
      this.begun = true;
      this.fail(error);
    }
    this.source.return?.()?.catch(() => undefined);
    this.sourceEnded = true;
    this.wakeReader?.();
  }

  private async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.signals.signal?.removeEventListener("abort", this.onSignal);
    this.signals.abortSignal?.removeEventListener("abort", this.onAbort);
    const ending = this.end();
    if (ending) await ending;
  }
}
