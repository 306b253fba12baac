import {completionCost} from "../../base/costs/index.js";
import {type Endpoint, isRemote} from "../../inference/endpoints/index.js";
import {
  asPostponed,
  type CallOutcome,
  type CallRequest,
  type ExecuteOptions,
  OutcomeStream,
  type OutageSettings
} from "../runner/index.js";
import {messageOf, UserError} from "../../base/validation/index.js";
import {PassingMap} from "../../base/system/passing.js";
import {Answers} from "./answers.js";
import type {Coordination} from "./coordination.js";
import {laneOf} from "./lane.js";
import type {Told} from "./protocol.js";
import {refused} from "./refused.js";
import {type Open, RunLane, SPARE} from "./runLane.js";
import {SentJobs, SWEEP_MS} from "./sentJobs.js";

export interface QueueRunSetup extends ExecuteOptions {
  endpoints: ReadonlyMap<string, Endpoint>;
  /** The most calls in flight for each endpoint, over all workers. */
  concurrency: number;
  outage?: OutageSettings;
  coordination: Coordination;
  /** The run's span. */
  trace?: string;
}

const ABORT_MS = 3000;
const GIVE_UP_MS = 300_000;

/** One stream of requests on its way through the queue. */
export class QueueRun extends OutcomeStream<CallOutcome> {
  private readonly requests = new PassingMap<Open>();
  private readonly lanes = new Map<string, Promise<RunLane>>();
  private readonly opened: RunLane[] = [];
  private readonly jobs: SentJobs;
  private readonly answers: Answers;
  private readonly drained = new AbortController();
  private readonly timers: NodeJS.Timeout[] = [];
  private serial = 0;
  /** Of those open: failed calls that may be an outage's first. */
  private held = 0;

  constructor(
    requests: AsyncIterable<CallRequest>,
    private readonly setup: QueueRunSetup
  ) {
    const names = new Set([...setup.endpoints.values()].map(({name}) => name));
    super(requests, setup, 2 * setup.concurrency * names.size + SPARE);
    const {coordination, outage} = setup;
    this.jobs = new SentJobs({
      coordination,
      giveUpMs: outage?.giveUpMs ?? GIVE_UP_MS,
      onMessage: (message) => outage?.onMessage?.(message),
      lost: (keys, id) => this.givenBack(keys, id),
      failed: (keys) => this.endFailed(keys)
    });
    this.answers = new Answers(coordination);
    this.take();
  }

  protected get open(): number {
    return this.requests.size;
  }

  protected async begin(): Promise<void> {
    if (!this.draining)
      await this.setup.coordination.begin(
        {
          told: (told) => this.hear(told),
          ended: (outcomes) => this.takeIn(outcomes),
          lost: (why) => this.fail(new Error(why))
        },
        this.drained.signal
      );
    this.timers.push(setInterval(() => void this.sweep().catch(() => undefined), SWEEP_MS));
  }

  protected async start(request: CallRequest): Promise<void> {
    const one: Open = {request, probe: false};
    this.requests.set(request.key, one);
    const kept = await this.setup.coordination.kept(request.key);
    if (kept) this.takeIn([kept]);
    else void this.enter(one);
  }

  protected outcomeOf(outcome: CallOutcome): CallOutcome {
    return outcome;
  }

  protected receive(outcomes: readonly CallOutcome[]): void {
    const keys = outcomes.map(({key}) => key);
    for (const key of keys) this.requests.delete(key);
    this.setup.coordination.received(keys);
    this.settleIdle();
  }

  /** A server that refuses what a run needs may do so for a while only. */
  protected override fail(error: unknown): void {
    const said = refused(error, this.setup.coordination.shown);
    super.fail(
      said === error
        ? error
        : new UserError(
            `the run stopped: ${messageOf(said)} What was journaled is kept; start it again to continue.`,
            {cause: error}
          )
    );
  }

  protected onDrain(): void {
    this.drained.abort();
    for (const lane of this.opened) {
      lane.recall();
      lane.guard.stop();
    }
    this.jobs.takeAllBack();
  }

  protected abortCalls(): void {
    this.drain();
    this.setup.coordination.say({abort: true});
    this.timers.push(
      setTimeout(() => {
        for (const lane of this.opened) this.endAll(lane);
      }, ABORT_MS)
    );
  }

  protected async end(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    for (const lane of this.opened) await lane.close();
    await this.setup.coordination.end(this.draining);
  }

  private async laneFor({candidate, model}: CallRequest): Promise<RunLane> {
    const endpoint = this.setup.endpoints.get(candidate);
    if (!endpoint) throw new Error(`no endpoint is known for the candidate "${candidate}"`);
    const name = await laneOf(endpoint, model, this.setup.coordination.sealing);
    let lane = this.lanes.get(name);
    if (!lane) this.lanes.set(name, (lane = this.openLane(name, endpoint)));
    return lane;
  }

  private async openLane(name: string, endpoint: Endpoint): Promise<RunLane> {
    const {coordination, outage, concurrency} = this.setup;
    const lane = await RunLane.open({
      name,
      endpoint,
      concurrency,
      coordination,
      outage,
      send: (to, requests) => this.send(to, requests),
      recalled: (requests) => {
        for (const one of requests) {
          if (this.draining) this.leave(one);
          else void this.enter(one);
        }
      },
      onGiveUp: (given) => {
        this.drain();
        coordination.say({abort: true});
        this.timers.push(setTimeout(() => this.endAll(given), ABORT_MS));
      },
      onError: (error) => this.fail(error)
    });
    this.opened.push(lane);
    if (this.draining) lane.guard.stop();
    return lane;
  }

  /** Sends a request when its endpoint may be called. */
  private async enter(one: Open): Promise<void> {
    const {request} = one;
    one.job = undefined;
    try {
      const lane = (one.lane ??= await this.laneFor(request));
      if (this.draining) return this.leave(one);
      one.probe = await lane.guard.pass();
      if (this.draining) return this.stopped(one);
      if (one.probe) await this.send(lane, [one]);
      else await lane.gather(one);
    } catch (error) {
      if ((error as {kind?: string}).kind === "aborted") this.stopped(one);
      else {
        this.fail(error);
        this.leave(one);
      }
    }
  }

  private async send(lane: RunLane, sent: Open[]): Promise<void> {
    if (this.draining && !sent[0]!.probe) {
      for (const one of sent) this.leave(one);
      return;
    }
    const {coordination, concurrency, mayRetry, trace} = this.setup;
    const id = `${coordination.scope}-${coordination.session}-${this.serial++}`;
    for (const one of sent) one.job = id;
    this.jobs.add(id, lane, sent);
    await coordination.keepBody(
      id,
      sent.map(({request}) => request)
    );
    await lane.queue.add(
      "calls",
      {
        scope: coordination.scope,
        generation: lane.generation,
        most: concurrency,
        limits: lane.endpoint.limits ?? {},
        adaptive: isRemote(lane.endpoint),
        asks: mayRetry !== undefined,
        probe: sent[0]!.probe || undefined,
        trace
      },
      {jobId: id, lifo: sent[0]!.probe}
    );
    if (this.draining) await this.jobs.takeBack(id);
  }

  private hear(told: Told): void {
    if ("back" in told) this.givenBack(told.back, told.job);
    else if ("question" in told) this.answer(told);
    else if ("unreadable" in told) this.jobs.again(told.unreadable);
    else if ("drain" in told) {
      this.setup.outage?.onGiveUp?.(told.drain);
      this.drain();
    }
  }

  private answer({question, key, failed}: Extract<Told, {question: string}>): void {
    const mayRetry = async () => {
      const one = this.requests.get(key);
      if (!one || one.ended) return false;
      return (await this.setup.mayRetry?.(one.request, failed)) ?? true;
    };
    this.answers.give(question, mayRetry).catch((error: unknown) => this.fail(error));
  }

  /** Outcomes that workers have kept, each perhaps more than once. */
  private takeIn(outcomes: readonly CallOutcome[]): void {
    const again: string[] = [];
    for (const outcome of outcomes) {
      const one = this.requests.get(outcome.key);
      if (!one) {
        this.setup.coordination.keep(outcome);
        continue;
      }
      if (one.ended) {
        again.push(outcome.key);
        continue;
      }
      this.jobs.leave(one);
      one.ended = true;
      const postponed = one.lane?.guard.ended(outcome.error, one.probe) ?? false;
      if (postponed instanceof Promise) {
        again.push(outcome.key);
        this.hold(outcome, postponed);
      } else this.tell(postponed ? asPostponed(outcome) : this.priced(outcome, one.request));
    }
    if (again.length > 0) this.setup.coordination.received(again);
  }

  /** Others show whether it has failed. */
  private hold(outcome: CallOutcome, postponed: Promise<boolean>): void {
    this.held++;
    void postponed.then((later) => {
      this.held--;
      this.tell(later ? asPostponed(outcome) : outcome);
    });
    this.settleIdle();
  }

  private settleIdle(): void {
    if (this.held > 0 && this.held === this.requests.size) for (const {guard} of this.opened) guard.settle();
  }

  /** Workers share a queue whose evals state other prices: those of this run hold. An endpoint without prices tells costs itself. */
  private priced(outcome: CallOutcome, {candidate, model}: CallRequest): CallOutcome {
    const {completion} = outcome;
    const endpoint = this.setup.endpoints.get(candidate);
    if (!completion || !endpoint?.price) return outcome;
    const costUsd = completionCost(completion.usage, endpoint.price(model));
    return {...outcome, completion: {...completion, costUsd}};
  }

  private givenBack(keys: readonly string[], id: string): void {
    for (const key of keys) {
      const one = this.requests.get(key);
      // A start before, or this one, may have sent it with another job too.
      if (one?.job !== id || one.ended) continue;
      this.jobs.leave(one);
      if (one.probe) void one.lane?.guard.ended({kind: "aborted", message: ""}, true);
      if (this.draining) this.leave(one);
      else void this.enter(one);
    }
  }

  /** It ends without a call, and gives no outcome. */
  private leave(one: Open): void {
    this.jobs.leave(one);
    if (!one.ended) this.requests.delete(one.request.key);
    this.settleIdle();
    this.changed();
  }

  private stopped(one: Open): void {
    if (one.ended) return;
    this.jobs.leave(one);
    one.ended = true;
    this.tell({
      key: one.request.key,
      error: {kind: "aborted", message: "The call was stopped before it had ended."}
    });
  }

  /** Nobody will tell how these ended. */
  private endAll(lane: RunLane): void {
    for (const [, one] of [...this.requests]) if (one.lane === lane) this.stopped(one);
  }

  private endFailed(keys: readonly string[]): void {
    for (const key of keys) {
      const one = this.requests.get(key);
      if (one && !one.ended)
        this.takeIn([
          {key, error: {kind: "endpoint", message: "Every worker that took the call's job died."}}
        ]);
    }
  }

  /** Looks after lanes without workers and jobs that were lost. */
  private async sweep(): Promise<void> {
    for (const lane of this.opened) {
      const isForsaken = await lane.isForsaken(this.jobs.isAwaitedOf(lane));
      if (isForsaken && this.draining) this.endAll(lane);
      else if (isForsaken === "long") this.drain();
    }
    await this.jobs.sweep();
  }
}
