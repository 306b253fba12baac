import type {CallOutcome, CallRequest, Executor} from "../runner/index.js";

/** Requests for the one side that are held while the other is asked for. */
const MOST_HELD = 256;

/**
 * An executor that hands each request to one of two. When one fails, the other drains: what it has in flight is given
 * before the error.
 */
export function splitExecutor(
  goesToFirst: (request: CallRequest) => boolean,
  first: Executor,
  second: Executor
): Executor {
  return {
    execute(requests, options = {}) {
      const failed = new AbortController();
      const {signal} = options;
      const drained = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
      const [one, other] = split(requests, goesToFirst);
      const both: [Outcomes, Outcomes] = [
        first.execute(one, {...options, signal: drained}),
        second.execute(other, {...options, signal: drained})
      ];
      return merged(both, () => failed.abort());
    }
  };
}

/** Requests for one of the two. */
interface Side {
  held: CallRequest[];
  /** Nobody takes them any more: they are dropped, and keep the other side waiting no longer. */
  closed: boolean;
}

function split(
  requests: AsyncIterable<CallRequest>,
  goesToFirst: (request: CallRequest) => boolean
): [AsyncIterable<CallRequest>, AsyncIterable<CallRequest>] {
  const source = requests[Symbol.asyncIterator]();
  const first: Side = {held: [], closed: false};
  const second: Side = {held: [], closed: false};
  let wake: (() => void)[] = [];
  let asking: Promise<void> | undefined;
  let ended = false;
  let failure: {error: unknown} | undefined;

  const changed = () => {
    const woken = wake;
    wake = [];
    for (const one of woken) one();
  };
  const hold = (request: CallRequest) => {
    const side = goesToFirst(request) ? first : second;
    if (!side.closed) side.held.push(request);
  };
  const ask = () =>
    (asking ??= source
      .next()
      .then(
        (next) => {
          if (next.done) ended = true;
          else hold(next.value);
        },
        (error: unknown) => void (failure = {error})
      )
      .finally(() => {
        asking = undefined;
        changed();
      }));
  async function* requestsOf(own: Side, other: Side): AsyncGenerator<CallRequest> {
    while (!own.closed) {
      const next = own.held.shift();
      if (next) {
        changed();
        yield next;
      } else if (failure) throw failure.error;
      else if (ended) return;
      else {
        const change = new Promise<void>((resolve) => wake.push(resolve));
        if (other.held.length < MOST_HELD) void ask();
        await change;
      }
    }
  }
  const close = (side: Side) => {
    side.closed = true;
    side.held.length = 0;
    changed();
    // It may be waiting for something that never comes.
    if (first.closed && second.closed) source.return?.()?.catch(() => undefined);
  };
  const sideOf = (own: Side, other: Side): AsyncIterableIterator<CallRequest> => {
    const given = requestsOf(own, other);
    const side: AsyncIterableIterator<CallRequest> = {
      [Symbol.asyncIterator]: () => side,
      next: () => given.next(),
      // Not by the generator's own `finally`: one that was never asked has none, one that waits runs it too late.
      return() {
        close(own);
        return given.return(undefined);
      }
    };
    return side;
  };
  return [sideOf(first, second), sideOf(second, first)];
}

type Outcomes = AsyncIterableIterator<readonly CallOutcome[]>;

/** The batches of both as they come; each is asked for its next when what it gave was received. */
function merged(sides: [Outcomes, Outcomes], onFailure: () => void): Outcomes {
  type Next = {side: Outcomes; result: IteratorResult<readonly CallOutcome[]>};
  const open = new Map<Outcomes, Promise<Next>>();
  let given: Outcomes | undefined;
  let begun = false;
  let failure: {error: unknown} | undefined;
  const askFor = (side: Outcomes) => {
    const next = side.next().then(
      (result): Next => ({side, result}),
      (error: unknown): Next => {
        failure ??= {error};
        onFailure();
        return {side, result: {done: true, value: undefined}};
      }
    );
    open.set(side, next);
  };
  const merged: Outcomes = {
    [Symbol.asyncIterator]: () => merged,
    async next() {
      if (!begun) sides.forEach(askFor);
      else if (given) askFor(given);
      begun = true;
      given = undefined;
      while (open.size > 0) {
        const {side, result} = await Promise.race(open.values());
        open.delete(side);
        if (result.done) continue;
        given = side;
        return result;
      }
      if (failure) throw failure.error;
      return {done: true, value: undefined};
    },
    async return() {
      await Promise.all(sides.map((side) => side.return!()));
      return {done: true, value: undefined};
    }
  };
  return merged;
}
