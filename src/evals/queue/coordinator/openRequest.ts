import type {CallRequest} from "../../runner/index.js";
import type {EndpointQueue} from "./endpointQueue.js";

/**
 * A request that was taken from the stream, until its outcome is received.
 *
 * waiting: for its endpoint, or for its job to fill. `sentIn` a job → sent; `takenBack` → waiting again.
 * ended: its outcome is known, or the outage guard still decides on it. No transition leaves it.
 */
export class OpenRequest {
  private state: "waiting" | "sent" | "ended" = "waiting";
  private sentJob: string | undefined;
  queue: EndpointQueue | undefined;
  /** The one call at a time that is made while its endpoint is paused. */
  isProbe = false;

  constructor(readonly request: CallRequest) {}

  get key(): string {
    return this.request.key;
  }

  get hasEnded(): boolean {
    return this.state === "ended";
  }

  /** The job that it is in. */
  get job(): string | undefined {
    return this.sentJob;
  }

  sentIn(job: string): void {
    this.sentJob = job;
    if (this.state === "waiting") this.state = "sent";
  }

  takenBack(): void {
    this.sentJob = undefined;
    if (this.state === "sent") this.state = "waiting";
  }

  end(): void {
    this.state = "ended";
  }
}
