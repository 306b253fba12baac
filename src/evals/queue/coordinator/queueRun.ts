import {completionCost} from "../../../base/costs/index.js";
import type {Endpoint} from "../../../inference/endpoints/index.js";
import {
  asPostponed,
  type CallError,
  type CallOutcome,
  type CallRequest,
  type ExecuteOptions,
  OutcomeStream,
  type OutageSettings
} from "../../runner/index.js";
import {messageOf, UserError} from "../../../base/validation/index.js";
import {PassingMap} from "../../../base/system/passing.js";
import type {RetryQuestion} from "../protocol.js";
import {queueServerError} from "../server/serverError.js";
import {Dispatcher} from "./dispatcher.js";
import {type EndpointQueue, SPARE} from "./endpointQueue.js";
import {OpenRequest} from "./openRequest.js";
import {RetryDecisions} from "./retryDecisions.js";
import {SentJobs, SWEEP_MS} from "./sentJobs.js";
import type {WorkerChannel, WorkerEvents} from "./workerChannel.js";

export interface QueueRunSetup extends ExecuteOptions {
  endpoints: ReadonlyMap<string, Endpoint>;
  /** The most calls in flight for each endpoint, over all workers. */
  concurrency: number;
  outage?: OutageSettings;
  channel: WorkerChannel;
  /** The run's span. */
  trace?: string;
}

const ABORT_MS = 3000;
const GIVE_UP_MS = 300_000;
const STOPPED: CallError = {kind: "aborted", message: "The call was stopped before it had ended."};

/** One stream of requests on its way through the queue: what is open, and how each outcome is taken in. */
export class QueueRun extends OutcomeStream<CallOutcome> {
  private readonly requests = new PassingMap<OpenRequest>();
  private readonly jobs: SentJobs;
  private readonly dispatcher: Dispatcher;
  private readonly decisions: RetryDecisions;
  private readonly drained = new AbortController();
  private readonly timers: NodeJS.Timeout[] = [];
  /** Of those open: failed calls that may be an outage's first. */
  private undecided = 0;

  constructor(
    requests: AsyncIterable<CallRequest>,
    private readonly setup: QueueRunSetup
  ) {
    const names = new Set([...setup.endpoints.values()].map(({name}) => name));
    super(requests, setup, 2 * setup.concurrency * names.size + SPARE);
    const {endpoints, concurrency, channel, outage, mayRetry, trace} = setup;
    this.jobs = new SentJobs({
      channel,
      giveUpMs: outage?.giveUpMs ?? GIVE_UP_MS,
      onNote: (text) => outage?.onMessage?.(text),
      onLost: (keys, job) => this.returned(keys, job),
      onFailed: (outcomes) => this.takeIn(outcomes)
    });
    this.dispatcher = new Dispatcher({
      endpoints,
      concurrency,
      channel,
      jobs: this.jobs,
      outage,
      asksBeforeRetry: mayRetry !== undefined,
      trace,
      onUnsent: (one) => this.leave(one),
      onStopped: (one) => this.endStopped(one),
      onGiveUp: (queue) => this.stopCalls(() => [queue]),
      onError: (error) => this.fail(error)
    });
    this.decisions = new RetryDecisions((question, allowed) => channel.answer(question, allowed));
    this.take();
  }

  protected get open(): number {
    return this.requests.size;
  }

  protected async begin(): Promise<void> {
    if (!this.draining) await this.setup.channel.begin(this.events(), this.drained.signal);
    this.timers.push(setInterval(() => void this.sweep().catch(() => undefined), SWEEP_MS));
  }

  protected async start(request: CallRequest): Promise<void> {
    const one = new OpenRequest(request);
    this.requests.set(request.key, one);
    const leftover = this.setup.channel.takeLeftover(request.key);
    if (leftover) this.takeIn([leftover]);
    else void this.dispatcher.enter(one);
  }

  protected outcomeOf(outcome: CallOutcome): CallOutcome {
    return outcome;
  }

  protected receive(outcomes: readonly CallOutcome[]): void {
    const keys = outcomes.map(({key}) => key);
    for (const key of keys) this.requests.delete(key);
    this.setup.channel.acknowledge(keys);
    this.settleIfIdle();
  }

  /** Says how to go on where the server refuses what the run needs: it may do so for a while only. */
  protected override fail(error: unknown): void {
    const explained = queueServerError(error, this.setup.channel.setup.shown);
    super.fail(
      explained === error
        ? error
        : new UserError(
            `the run stopped: ${messageOf(explained)} What was journaled is kept; start it again to continue.`,
            {cause: error}
          )
    );
  }

  protected onDrain(): void {
    this.drained.abort();
    this.dispatcher.drain();
  }

  protected abortCalls(): void {
    this.stopCalls(() => this.dispatcher.queues);
  }

  protected async end(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.dispatcher.close();
    await this.setup.channel.end(this.draining);
  }

  private events(): WorkerEvents {
    return {
      onMessage: (message) => {
        if (message.type === "returned") this.returned(message.keys, message.job);
        else if (message.type === "unreadable") this.jobs.sendAgain(message.job);
        else if (message.type === "mayRetry") this.answer(message);
        else {
          this.setup.outage?.onGiveUp?.(message.reason);
          this.drain();
        }
      },
      onEnded: (outcomes) => this.takeIn(outcomes),
      onLost: (why) => this.fail(new Error(why))
    };
  }

  private answer({question, key, failed}: RetryQuestion): void {
    const decide = async () => {
      const one = this.requests.get(key);
      if (!one || one.hasEnded) return false;
      return (await this.setup.mayRetry?.(one.request, failed)) ?? true;
    };
    this.decisions.answer(question, decide).catch((error: unknown) => this.fail(error));
  }

  /** Outcomes that workers have stored, each perhaps more than once. */
  private takeIn(outcomes: readonly CallOutcome[]): void {
    const repeated: string[] = [];
    for (const outcome of outcomes) {
      const one = this.requests.get(outcome.key);
      if (!one) this.setup.channel.keepLeftover(outcome);
      else if (one.hasEnded || this.endWith(one, outcome) === "undecided") repeated.push(outcome.key);
    }
    // An undecided outcome is here, and gives its slot away.
    if (repeated.length > 0) this.setup.channel.acknowledge(repeated);
  }

  private endWith(one: OpenRequest, outcome: CallOutcome): "told" | "undecided" {
    this.jobs.remove(one);
    one.end();
    const postponed = one.queue?.guard.ended(outcome.error, one.isProbe) ?? false;
    if (postponed instanceof Promise) {
      this.decideLater(outcome, postponed);
      return "undecided";
    }
    this.tell(postponed ? asPostponed(outcome) : this.priced(outcome, one.request));
    return "told";
  }

  /** Other calls show whether it has failed, or an outage has begun. */
  private decideLater(outcome: CallOutcome, postponed: Promise<boolean>): void {
    this.undecided++;
    void postponed.then((later) => {
      this.undecided--;
      this.tell(later ? asPostponed(outcome) : outcome);
    });
    this.settleIfIdle();
  }

  private settleIfIdle(): void {
    if (this.undecided > 0 && this.undecided === this.requests.size) this.dispatcher.settle();
  }

  /** Workers' evals may state other prices: those of this run hold. An endpoint without prices tells costs itself. */
  private priced(outcome: CallOutcome, {candidate, model}: CallRequest): CallOutcome {
    const {completion} = outcome;
    const endpoint = this.setup.endpoints.get(candidate);
    if (!completion || !endpoint?.price) return outcome;
    const costUsd = completionCost(completion.usage, endpoint.price(model));
    return {...outcome, completion: {...completion, costUsd}};
  }

  /** Requests of a job that nobody will call: they are sent again. */
  private returned(keys: readonly string[], job: string): void {
    for (const key of keys) {
      const one = this.requests.get(key);
      // An earlier start, or this one, may have sent it in another job too.
      if (one?.job !== job || one.hasEnded) continue;
      this.jobs.remove(one);
      if (one.isProbe) void one.queue?.guard.ended(STOPPED, true);
      if (this.draining) this.leave(one);
      else void this.dispatcher.enter(one);
    }
  }

  /** It ends without a call, and gives no outcome. */
  private leave(one: OpenRequest): void {
    this.jobs.remove(one);
    if (!one.hasEnded) this.requests.delete(one.key);
    this.settleIfIdle();
    this.changed();
  }

  private endStopped(one: OpenRequest): void {
    if (one.hasEnded) return;
    this.jobs.remove(one);
    one.end();
    this.tell({key: one.key, error: STOPPED});
  }

  private endAll(queue: EndpointQueue): void {
    for (const [, one] of [...this.requests]) if (one.queue === queue) this.endStopped(one);
  }

  private stopCalls(queues: () => readonly EndpointQueue[]): void {
    this.drain();
    this.setup.channel.abort();
    // Workers that do not answer will not say how their calls ended.
    this.timers.push(setTimeout(() => queues().forEach((queue) => this.endAll(queue)), ABORT_MS));
  }

  /** Looks after queues without workers, and jobs that were lost. */
  private async sweep(): Promise<void> {
    for (const queue of this.dispatcher.queues) {
      const missing = await queue.missingWorkers(this.jobs.hasJobsOf(queue));
      if (missing && this.draining) this.endAll(queue);
      else if (missing === "none") this.drain();
    }
    await this.jobs.sweep();
  }
}
