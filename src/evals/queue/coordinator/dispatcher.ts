import {type Endpoint, isRemote} from "../../../inference/endpoints/index.js";
import type {CallRequest, OutageSettings} from "../../runner/index.js";
import type {CallJobData} from "../protocol.js";
import {queueNameOf} from "../keys.js";
import {EndpointQueue} from "./endpointQueue.js";
import type {OpenRequest} from "./openRequest.js";
import type {SentJobs} from "./sentJobs.js";
import type {WorkerChannel} from "./workerChannel.js";

export interface DispatcherSetup {
  /** By candidate. */
  endpoints: ReadonlyMap<string, Endpoint>;
  /** The most calls in flight for each endpoint, over all workers. */
  concurrency: number;
  channel: WorkerChannel;
  jobs: SentJobs;
  outage?: OutageSettings;
  asksBeforeRetry: boolean;
  trace?: string;
  /** It will not be sent. */
  onUnsent(one: OpenRequest): void;
  /** It waited for an endpoint that is given up, or for one that the run does not wait for any more. */
  onStopped(one: OpenRequest): void;
  onGiveUp(queue: EndpointQueue): void;
  onError(error: unknown): void;
}

/** Sends requests to their endpoints' queues, as their outage guards allow. */
export class Dispatcher {
  /** Those that are open. */
  readonly queues: EndpointQueue[] = [];
  private readonly byName = new Map<string, Promise<EndpointQueue>>();
  private isDraining = false;
  private serial = 0;

  constructor(private readonly setup: DispatcherSetup) {}

  /** Sends a request when its endpoint may be called. */
  async enter(one: OpenRequest): Promise<void> {
    const {onUnsent, onStopped, onError} = this.setup;
    try {
      const queue = (one.queue ??= await this.queueOf(one.request));
      if (this.isDraining) return onUnsent(one);
      one.isProbe = await queue.guard.pass();
      if (this.isDraining) return onStopped(one);
      // A worker that was thought dead has ended it meanwhile.
      if (one.hasEnded) return this.passOn(one, queue);
      if (one.isProbe) await this.send(queue, [one]);
      else await queue.gather(one);
    } catch (error) {
      if ((error as {kind?: string}).kind === "aborted") return onStopped(one);
      onError(error);
      onUnsent(one);
    }
  }

  /** Sends nothing more, and takes back what no worker has begun. */
  drain(): void {
    this.isDraining = true;
    for (const queue of this.queues) {
      queue.recall();
      queue.guard.stop();
    }
    this.setup.jobs.takeAllBack();
  }

  /** No other call will show whether an outage has begun. */
  settle(): void {
    for (const {guard} of this.queues) guard.settle();
  }

  async close(): Promise<void> {
    for (const queue of this.queues) await queue.close();
  }

  private async queueOf({candidate, model}: CallRequest): Promise<EndpointQueue> {
    const endpoint = this.setup.endpoints.get(candidate);
    if (!endpoint) throw new Error(`no endpoint is known for the candidate "${candidate}"`);
    const name = await queueNameOf(endpoint, model, this.setup.channel.setup.sealing);
    let queue = this.byName.get(name);
    if (!queue) this.byName.set(name, (queue = this.openQueue(name, endpoint)));
    return queue;
  }

  private async openQueue(name: string, endpoint: Endpoint): Promise<EndpointQueue> {
    const {concurrency, channel, outage, onGiveUp, onError} = this.setup;
    const queue = await EndpointQueue.open({
      name,
      endpoint,
      concurrency,
      channel,
      outage,
      send: (to, requests) => this.send(to, requests),
      onRecalled: (requests) => this.recalled(requests),
      onGiveUp,
      onError
    });
    this.queues.push(queue);
    if (this.isDraining) queue.guard.stop();
    return queue;
  }

  private recalled(requests: readonly OpenRequest[]): void {
    for (const one of requests) {
      if (this.isDraining) this.setup.onUnsent(one);
      else void this.enter(one);
    }
  }

  /** Another call takes the probe's place. */
  private passOn({isProbe}: OpenRequest, {guard}: EndpointQueue): void {
    if (isProbe) void guard.ended({kind: "aborted", message: ""}, true);
  }

  private async send(queue: EndpointQueue, gathered: OpenRequest[]): Promise<void> {
    const {channel, jobs} = this.setup;
    const requests = gathered.filter(({hasEnded}) => !hasEnded);
    if (requests.length === 0) return;
    const {isProbe} = requests[0]!;
    if (this.isDraining && !isProbe) return requests.forEach((one) => this.setup.onUnsent(one));
    const id = `${channel.setup.run}-${channel.session}-${this.serial++}`;
    jobs.add(id, queue, requests);
    await channel.storeRequests(
      id,
      requests.map(({request}) => request)
    );
    await queue.jobs.add("calls", this.jobData(queue, isProbe), {jobId: id, lifo: isProbe});
    if (this.isDraining) await jobs.takeBack(id);
  }

  private jobData({generation, endpoint}: EndpointQueue, isProbe: boolean): CallJobData {
    const {channel, concurrency, asksBeforeRetry, trace} = this.setup;
    return {
      run: channel.setup.run,
      generation,
      concurrency,
      limits: endpoint.limits ?? {},
      adaptive: isRemote(endpoint),
      asksBeforeRetry,
      probe: isProbe || undefined,
      trace
    };
  }
}
