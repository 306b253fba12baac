import type {CallRequest} from "../../runner/index.js";

/** Requests for one side that are held while the other is asked for. */
const MOST_HELD = 256;

/** A stream of requests, dealt to two readers. Each is a stream of its own; neither keeps the other waiting. */
export class RequestSplit {
  readonly first = new SplitSide(this);
  readonly second = new SplitSide(this);
  private readonly source: AsyncIterator<CallRequest>;
  private asking = false;
  private hasEnded = false;
  private failure: {error: unknown} | undefined;
  private waiting: (() => void)[] = [];

  constructor(
    requests: AsyncIterable<CallRequest>,
    private readonly goesToFirst: (request: CallRequest) => boolean
  ) {
    this.source = requests[Symbol.asyncIterator]();
  }

  /** The next request of a side; undefined when there is none any more. */
  async next(side: SplitSide): Promise<CallRequest | undefined> {
    const other = side === this.first ? this.second : this.first;
    while (!side.isClosed) {
      const request = side.held.shift();
      if (request) {
        this.changed();
        return request;
      }
      if (this.failure) throw this.failure.error;
      if (this.hasEnded) return undefined;
      const change = new Promise<void>((resolve) => this.waiting.push(resolve));
      if (other.held.length < MOST_HELD) void this.ask();
      await change;
    }
    return undefined;
  }

  close(side: SplitSide): void {
    side.isClosed = true;
    side.held.length = 0;
    this.changed();
    // The source may be waiting for something that never comes: nobody waits for it.
    if (this.first.isClosed && this.second.isClosed) this.source.return?.()?.catch(() => undefined);
  }

  private async ask(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    try {
      const next = await this.source.next();
      if (next.done) this.hasEnded = true;
      else this.deal(next.value);
    } catch (error) {
      this.failure = {error};
    }
    this.asking = false;
    this.changed();
  }

  private deal(request: CallRequest): void {
    const side = this.goesToFirst(request) ? this.first : this.second;
    if (!side.isClosed) side.held.push(request);
  }

  private changed(): void {
    const woken = this.waiting;
    this.waiting = [];
    for (const wake of woken) wake();
  }
}

/** Requests for one of the two. */
class SplitSide implements AsyncIterableIterator<CallRequest> {
  readonly held: CallRequest[] = [];
  /** Nobody takes them any more: they are dropped, and keep the other side waiting no longer. */
  isClosed = false;

  constructor(private readonly split: RequestSplit) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<CallRequest>> {
    const value = await this.split.next(this);
    return value ? {done: false, value} : {done: true, value: undefined};
  }

  async return(): Promise<IteratorResult<CallRequest>> {
    this.split.close(this);
    return {done: true, value: undefined};
  }
}
