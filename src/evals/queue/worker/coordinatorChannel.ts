import {setTimeout as sleep} from "node:timers/promises";
import type {AttemptOutcome} from "../../../inference/endpoints/index.js";
import type {CallOutcome} from "../../runner/index.js";
import {runKeys} from "../keys.js";
import {
  type CoordinatorMessage,
  type CallJobData,
  parseCoordinatorMessage,
  sessionOf,
  type WorkerMessage
} from "../protocol.js";
import type {QueueSealing} from "../sealing.js";
import type {Redis} from "../server/redis.js";
import {Outbox} from "./outbox.js";
import {RetryQuestions} from "./retryQuestions.js";
import type {SlotRequest} from "./slotGroup.js";
import {Unacknowledged} from "./unacknowledged.js";

export interface CoordinatorChannelSetup {
  redis: Redis;
  /** A connection of its own, for the channels of runs. */
  subscriber: Redis;
  sealing: QueueSealing;
  /** The calls of a run are to stop. */
  onAbort(run: string): void;
  /** A generation may have changed. */
  onRecalled(): void;
}

/** A run whose jobs this worker has taken. */
interface RunSubscription {
  /** As its record says, "" while it has none. */
  session: string;
  subscribing: Promise<unknown>;
  isSubscribed: boolean;
  unacknowledged: Unacknowledged;
}

/** A subscription that was sent as the server died may never be answered: `reconcile` sends it again. */
const SUBSCRIBE_MS = 2000;

/** A worker's side of the protocol: outcomes and messages to the coordinators of runs, and what they send. */
export class CoordinatorChannel {
  private readonly runs = new Map<string, RunSubscription>();
  private readonly outbox: Outbox;
  private readonly questions: RetryQuestions;

  constructor(private readonly setup: CoordinatorChannelSetup) {
    const {redis, sealing, subscriber} = setup;
    this.outbox = new Outbox(redis, sealing);
    this.questions = new RetryQuestions(redis, this.outbox);
    const prefix = runKeys("").channel;
    subscriber.on("message", (channel, text) => {
      const message = parseCoordinatorMessage(text);
      if (message) this.receive(channel.slice(prefix.length), message);
    });
  }

  /** Begins to listen to a run. Resolves when it does, or after a time: `reconcile` finds what messages would have said. */
  async listen(run: string): Promise<void> {
    await Promise.race([this.subscriptionOf(run).subscribing, sleep(SUBSCRIBE_MS, undefined, {ref: false})]);
  }

  send(run: string, message: WorkerMessage): void {
    this.outbox.send(run, message);
  }

  /** Whether a call may make another attempt. */
  mayRetry(run: string, key: string, failed: AttemptOutcome, signal: AbortSignal): Promise<boolean> {
    return this.questions.ask(run, key, failed, signal);
  }

  /** Delivers an outcome. `release` frees the call's slot, once it was acknowledged or nobody waits for it. */
  deliver(
    {run, generation}: CallJobData,
    outcome: CallOutcome,
    request: SlotRequest,
    release: () => void
  ): void {
    this.subscriptionOf(run).unacknowledged.add(outcome.key, sessionOf(generation), release);
    this.outbox.store(run, outcome, request);
  }

  /** Resolves when all that was sent is with the server. */
  written(): Promise<void> {
    return this.outbox.written();
  }

  /** Finds what lost messages would have said. Called once a second. */
  async reconcile(): Promise<void> {
    for (const [run, subscription] of this.runs) {
      if (!subscription.isSubscribed) this.subscribe(run, subscription);
      await this.reconcileRun(run, subscription);
    }
  }

  async close(): Promise<void> {
    await this.outbox.written();
    this.setup.subscriber.disconnect();
  }

  private receive(run: string, message: CoordinatorMessage): void {
    const subscription = this.runs.get(run);
    if (!subscription) return;
    const {unacknowledged} = subscription;
    switch (message.type) {
      case "acknowledged":
        for (const key of message.keys) unacknowledged.acknowledge(key);
        break;
      case "retryAnswer":
        this.questions.answered(message);
        break;
      case "abort":
        this.setup.onAbort(run);
        break;
      case "takenOver":
        unacknowledged.acknowledgeAllBut(message.session);
        this.setup.onRecalled();
        break;
      case "recalled":
        this.setup.onRecalled();
    }
  }

  private async reconcileRun(run: string, subscription: RunSubscription): Promise<void> {
    const {redis, subscriber, onAbort} = this.setup;
    const {unacknowledged} = subscription;
    const {record, outcomes, channel} = runKeys(run);
    const [session, aborted] = (await redis.call("HMGET", record, "session", "aborted")) as (string | null)[];
    if (aborted) onAbort(run);
    if (session !== subscription.session) unacknowledged.acknowledgeAllBut(session ?? "");
    subscription.session = session ?? "";
    const overdue = unacknowledged.overdue();
    if (overdue.length > 0) {
      const stored = (await redis.call("HMGET", outcomes, ...overdue)) as unknown[];
      overdue.forEach((key, i) => {
        if (stored[i] === null) unacknowledged.acknowledge(key);
      });
    }
    if (session !== null || unacknowledged.size > 0) return;
    this.runs.delete(run);
    await subscriber.unsubscribe(channel);
  }

  private subscriptionOf(run: string): RunSubscription {
    let subscription = this.runs.get(run);
    if (!subscription) {
      const unacknowledged = new Unacknowledged();
      subscription = {session: "", subscribing: Promise.resolve(), isSubscribed: false, unacknowledged};
      this.runs.set(run, subscription);
      this.subscribe(run, subscription);
    }
    return subscription;
  }

  private subscribe(run: string, subscription: RunSubscription): void {
    subscription.subscribing = this.setup.subscriber.subscribe(runKeys(run).channel).then(
      () => (subscription.isSubscribed = true),
      () => undefined
    );
  }
}
