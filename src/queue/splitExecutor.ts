import type {CallOutcome, CallRequest, Executor} from "../runner/index.js";

/** Requests for the one side that are held while the other is asked for. */
const MOST_HELD = 256;

/** An executor that hands each request to one of two. */
export function splitExecutor(
  goesToFirst: (request: CallRequest) => boolean,
  first: Executor,
  second: Executor
): Executor {
  return {
    execute(requests, options) {
      const [one, other] = split(requests, goesToFirst);
      return merged([first.execute(one, options), second.execute(other, options)]);
    }
  };
}

function split(
  requests: AsyncIterable<CallRequest>,
  goesToFirst: (request: CallRequest) => boolean
): [AsyncIterable<CallRequest>, AsyncIterable<CallRequest>] {
  const source = requests[Symbol.asyncIterator]();
  const held: [CallRequest[], CallRequest[]] = [[], []];
  let wake: (() => void)[] = [];
  let asking: Promise<void> | undefined;
  let ended = false;
  let failure: {error: unknown} | undefined;

  const changed = () => {
    const woken = wake;
    wake = [];
    for (const one of woken) one();
  };
  const ask = () =>
    (asking ??= source
      .next()
      .then(
        (next) => {
          if (next.done) ended = true;
          else held[goesToFirst(next.value) ? 0 : 1].push(next.value);
        },
        (error: unknown) => void (failure = {error})
      )
      .finally(() => {
        asking = undefined;
        changed();
      }));
  async function* side(own: CallRequest[], other: CallRequest[]): AsyncGenerator<CallRequest> {
    for (;;) {
      const next = own.shift();
      if (next) {
        changed();
        yield next;
      } else if (failure) throw failure.error;
      else if (ended) return;
      else {
        const change = new Promise<void>((resolve) => wake.push(resolve));
        if (other.length < MOST_HELD) void ask();
        await change;
      }
    }
  }
  return [side(held[0], held[1]), side(held[1], held[0])];
}

type Outcomes = AsyncIterableIterator<readonly CallOutcome[]>;

/** The batches of both as they come; each is asked for its next when what it gave was received. */
function merged(sides: [Outcomes, Outcomes]): Outcomes {
  type Next = {side: Outcomes; result: IteratorResult<readonly CallOutcome[]>};
  const open = new Map<Outcomes, Promise<Next>>();
  const askFor = (side: Outcomes) => {
    const next = side.next().then((result) => ({side, result}));
    // It is looked at in its turn.
    next.catch(() => undefined);
    open.set(side, next);
  };
  let given: Outcomes | undefined;
  let begun = false;
  const merged: Outcomes = {
    [Symbol.asyncIterator]: () => merged,
    async next() {
      if (!begun) sides.forEach(askFor);
      else if (given) askFor(given);
      begun = true;
      given = undefined;
      let failure: {error: unknown} | undefined;
      while (open.size > 0) {
        const waits = [...open].map(([side, next]) =>
          next.catch((error: unknown) => {
            failure ??= {error};
            return {side, result: {done: true, value: undefined}} as Next;
          })
        );
        const {side, result} = await Promise.race(waits);
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
