import type {Queue} from "bullmq";
import type {Endpoint} from "../../../inference/endpoints/index.js";
import {createOutageGuard, type OutageGuard, type OutageSettings} from "../../runner/index.js";
import {generationOf, type CallJobData} from "../protocol.js";
import {openJobQueue} from "../server/jobQueue.js";
import type {OpenRequest} from "./openRequest.js";
import type {WorkerChannel} from "./workerChannel.js";

export interface EndpointQueueSetup {
  name: string;
  endpoint: Endpoint;
  /** The most calls in flight over all workers. */
  concurrency: number;
  channel: WorkerChannel;
  outage?: OutageSettings;
  /** Sends a job's requests. */
  send(queue: EndpointQueue, requests: OpenRequest[]): Promise<void>;
  /** Requests that were gathered and are not sent now. */
  onRecalled(requests: OpenRequest[]): void;
  onGiveUp(queue: EndpointQueue): void;
  onError(error: unknown): void;
}

/** The most requests of a job. */
const MOST_IN_JOB = 50;
/** Requests that wait at workers beside those in flight. */
export const SPARE = 64;
/** How long a job waits to be filled. */
const GATHER_MS = 3;
/** A run without workers says so after this. */
const NO_WORKER_MS = 5000;
const GIVE_UP_MS = 300_000;

/** A coordinator's side of one endpoint's queue: gathers requests to jobs, recalls them, and notices missing workers. */
export class EndpointQueue {
  /** Workers return the jobs of earlier generations. */
  private recalls = 0;
  private gathered: OpenRequest[] = [];
  private timer: NodeJS.Timeout | undefined;
  private withoutWorkerSince: number | undefined;
  private hasNotedNoWorker = false;
  private readonly jobSize: number;
  readonly guard: OutageGuard;

  private constructor(
    private readonly setup: EndpointQueueSetup,
    readonly jobs: Queue<CallJobData>
  ) {
    const {name, endpoint, concurrency, channel, outage} = setup;
    this.jobSize = Math.min(MOST_IN_JOB, Math.max(1, Math.ceil((2 * concurrency + SPARE) / 8)));
    this.guard = createOutageGuard(endpoint.name, {
      ...outage,
      // What waits at workers comes back, and is sent again when the endpoint answers.
      onPause: () => this.recall(),
      onGiveUp: (reason) => {
        outage?.onGiveUp?.(reason);
        setup.onGiveUp(this);
      }
    });
    channel.addQueue(name, endpoint.name);
  }

  static async open(setup: EndpointQueueSetup): Promise<EndpointQueue> {
    return new EndpointQueue(setup, await openJobQueue(setup.channel.setup.redis, setup.name));
  }

  get endpoint(): Endpoint {
    return this.setup.endpoint;
  }

  get generation(): string {
    return generationOf(this.setup.channel.session, this.recalls);
  }

  async gather(one: OpenRequest): Promise<void> {
    this.gathered.push(one);
    if (this.gathered.length >= this.jobSize) await this.flush();
    else this.timer ??= setTimeout(() => void this.flush().catch(this.setup.onError), GATHER_MS);
  }

  /** Takes back what was gathered, and has workers return what they have not begun. */
  recall(): void {
    this.recalls++;
    this.setup.channel.recall(this.setup.name, this.recalls);
    this.setup.onRecalled(this.gathered.splice(0));
  }

  /** "none yet" while no worker takes jobs that are awaited, "none" after the time that the run waits for one; notes both. */
  async missingWorkers(isAwaited: boolean): Promise<false | "none yet" | "none"> {
    const {channel, name, outage, endpoint} = this.setup;
    if (!isAwaited || (await channel.workersOf(name)) > 0) {
      this.withoutWorkerSince = undefined;
      return false;
    }
    this.withoutWorkerSince ??= performance.now();
    const waited = performance.now() - this.withoutWorkerSince;
    if (waited < NO_WORKER_MS) return "none yet";
    if (!this.hasNotedNoWorker)
      outage?.onMessage?.(
        `no worker takes calls for ${endpoint.name}. Start one in the project's folder: assay queue worker ${channel.setup.shown}`
      );
    this.hasNotedNoWorker = true;
    const giveUpMs = outage?.giveUpMs ?? GIVE_UP_MS;
    if (waited < giveUpMs) return "none yet";
    outage?.onGiveUp?.(`no worker took calls for ${endpoint.name} within ${giveUpMs / 1000} s`);
    return "none";
  }

  async close(): Promise<void> {
    this.guard.stop();
    await this.jobs.close();
  }

  private async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const gathered = this.gathered.splice(0);
    if (gathered.length > 0) await this.setup.send(this, gathered);
  }
}
