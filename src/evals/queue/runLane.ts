import type {Queue} from "bullmq";
import type {Endpoint} from "../../inference/endpoints/index.js";
import {type CallRequest, createOutageGuard, type OutageGuard, type OutageSettings} from "../runner/index.js";
import type {Coordination} from "./coordination.js";
import {openQueue} from "./jobs.js";
import type {JobData} from "./protocol.js";

/** A request that was taken, and whose outcome was not received. */
export interface Open {
  request: CallRequest;
  lane?: RunLane;
  job?: string;
  probe: boolean;
  /** Its outcome is known, or the guard will say it. */
  ended?: boolean;
}

export interface RunLaneSetup {
  name: string;
  endpoint: Endpoint;
  /** The most calls in flight over all workers. */
  concurrency: number;
  coordination: Coordination;
  outage?: OutageSettings;
  /** Sends what was gathered. */
  send(lane: RunLane, requests: Open[]): Promise<void>;
  /** What was gathered is not to be sent now. */
  recalled(requests: Open[]): void;
  onGiveUp(lane: RunLane): void;
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

/** What a run does with the queue of one endpoint: it gathers requests to jobs, and takes them back. */
export class RunLane {
  /** Counts recalls: what an older generation sent is given back. */
  private recalls = 0;
  private gathered: Open[] = [];
  private timer: NodeJS.Timeout | undefined;
  private lonelySince: number | undefined;
  private toldLonely = false;
  private readonly size: number;
  readonly guard: OutageGuard;

  private constructor(
    private readonly setup: RunLaneSetup,
    readonly queue: Queue<JobData>
  ) {
    const {name, endpoint, concurrency, coordination, outage} = setup;
    this.size = Math.min(MOST_IN_JOB, Math.max(1, Math.ceil((2 * concurrency + SPARE) / 8)));
    this.guard = createOutageGuard(endpoint.name, {
      ...outage,
      // What waits at workers comes back, and goes on when the endpoint does.
      onPause: () => this.recall(),
      onGiveUp: (reason) => {
        outage?.onGiveUp?.(reason);
        setup.onGiveUp(this);
      }
    });
    coordination.setGeneration(name, 0, endpoint.name);
  }

  static async open(setup: RunLaneSetup): Promise<RunLane> {
    return new RunLane(setup, await openQueue(setup.coordination.redis, setup.name));
  }

  get endpoint(): Endpoint {
    return this.setup.endpoint;
  }

  get generation(): string {
    return `${this.setup.coordination.session}:${this.recalls}`;
  }

  async gather(one: Open): Promise<void> {
    this.gathered.push(one);
    if (this.gathered.length >= this.size) await this.flush();
    else this.timer ??= setTimeout(() => void this.flush().catch(this.setup.onError), GATHER_MS);
  }

  /** Takes back what was sent and not begun: its workers give it back, and what was gathered is told of. */
  recall(): void {
    this.recalls++;
    this.setup.coordination.setGeneration(this.setup.name, this.recalls);
    this.setup.recalled(this.gathered.splice(0));
  }

  /**
   * Whether no worker takes its calls, now or for so long that the run is to give up; both are told. A lane whose calls
   * nobody waits for is not forsaken.
   */
  async isForsaken(isAwaited: boolean): Promise<false | "now" | "long"> {
    const {coordination, name, outage, endpoint} = this.setup;
    if (!isAwaited || (await coordination.listening(name)) > 0) {
      this.lonelySince = undefined;
      return false;
    }
    this.lonelySince ??= performance.now();
    const lonely = performance.now() - this.lonelySince;
    if (lonely < NO_WORKER_MS) return "now";
    if (!this.toldLonely)
      outage?.onMessage?.(
        `no worker takes calls for ${endpoint.name}. Start one in the project's folder: assay worker ${coordination.shown}`
      );
    this.toldLonely = true;
    const giveUpMs = outage?.giveUpMs ?? GIVE_UP_MS;
    if (lonely < giveUpMs) return "now";
    outage?.onGiveUp?.(`no worker took calls for ${endpoint.name} within ${giveUpMs / 1000} s`);
    return "long";
  }

  async close(): Promise<void> {
    this.guard.stop();
    await this.queue.close();
  }

  private async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const gathered = this.gathered.splice(0);
    if (gathered.length > 0) await this.setup.send(this, gathered);
  }
}
