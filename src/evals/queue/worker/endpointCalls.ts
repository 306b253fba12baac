import type {Endpoint} from "../../../inference/endpoints/index.js";
import {type CallOutcome, type CallRequest, refusalOf} from "../../runner/index.js";
import {Passing} from "../../../base/system/passing.js";
import {claimsKey} from "../keys.js";
import {type CallJobData, sessionOf} from "../protocol.js";
import type {CoordinatorChannel} from "./coordinatorChannel.js";
import {makeCall} from "./makeCall.js";
import type {SlotRequest} from "./slotGroup.js";
import type {Slots} from "./slots.js";

export interface EndpointCallsSetup {
  endpoint: Endpoint;
  slots: Slots;
  channel: CoordinatorChannel;
  onCall(): void;
  onMessage(text: string): void;
  /** A slot may be free, or a call has begun or ended. */
  onChange(): void;
}

/** The calls of a worker at one endpoint: each gets its slot, is made, and delivers its outcome. */
export class EndpointCalls {
  private readonly inFlight = new Passing<{run: string; abort: AbortController}>();
  /** Sessions of runs whose calls the endpoint refused this worker's key for. */
  private readonly refusedIn = new Set<string>();
  private hasAnswered = false;

  constructor(private readonly setup: EndpointCallsSetup) {}

  /** Stops the calls in flight of a run, or of all runs. */
  abort(run?: string): void {
    this.inFlight.forEach((call) => {
      if (run === undefined || call.run === run) call.abort.abort();
    });
  }

  /** Resolves when the request of a job has its outcome delivered, was returned, or was made by another worker. */
  done(id: string, job: CallJobData, request: CallRequest, position: number): Promise<void> {
    const {slots, channel, onChange} = this.setup;
    return new Promise<void>((resolve) => {
      const slot: SlotRequest = {
        job,
        tokens: request.estimateTokens,
        claims: claimsKey(id),
        position,
        onGranted: (begunBefore) => {
          void this.called(job, request, begunBefore).then((outcome) => {
            this.deliver(slot, outcome);
            resolve();
          });
          onChange();
        },
        onRecalled() {
          channel.send(job.run, {type: "returned", job: id, keys: [request.key]});
          resolve();
        },
        onEndedElsewhere: resolve
      };
      slots.request(slot);
    });
  }

  private deliver(slot: SlotRequest, outcome: CallOutcome): void {
    const {slots, channel, onChange} = this.setup;
    onChange();
    channel.deliver(slot.job, outcome, slot, () => {
      slots.release(slot);
      onChange();
    });
  }

  private async called(job: CallJobData, request: CallRequest, begunBefore: number): Promise<CallOutcome> {
    const {endpoint, slots, channel, onCall} = this.setup;
    const call = {run: job.run, abort: new AbortController()};
    const number = this.inFlight.add(call);
    try {
      const slotted = {job, request, begunBefore, signal: call.abort.signal};
      const outcome = await makeCall(slotted, {endpoint, slots, channel, onCall});
      return this.notingRefusal(job, outcome);
    } finally {
      this.inFlight.remove(number);
    }
  }

  /** A refused key is this worker's, which the run cannot say: noted here, once for each start of a run. */
  private notingRefusal({generation}: CallJobData, outcome: CallOutcome): CallOutcome {
    const {completion, error} = outcome;
    if (completion) this.hasAnswered = true;
    const refusal = refusalOf(this.setup.endpoint.name, error, this.hasAnswered);
    if (!error || refusal === undefined) return outcome;
    const session = sessionOf(generation);
    if (!this.refusedIn.has(session)) this.setup.onMessage(refusal);
    this.refusedIn.add(session);
    return {
      ...outcome,
      error: {...error, message: `${error.message} It is the key of a worker, whose output says so.`}
    };
  }
}
