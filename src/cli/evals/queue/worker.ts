import {isRemote} from "../../../inference/endpoints/index.js";
import {
  createSealing,
  PROTOCOL,
  type QueueAddress,
  queueAddress,
  startWorker,
  type WorkerOptions
} from "../../../evals/queue/index.js";
import type {EvalDefinition} from "../../../evals/runner/index.js";
import {UserError} from "../../../base/validation/index.js";
import {reportBroken} from "../../project/broken.js";
import {observed} from "../../project/observed.js";
import {findProject, loadEvals} from "../../project/project.js";
import {interruptSignals} from "../run/interruptSignals.js";
import {note} from "../../terminal/terminal.js";
import {assayVersion} from "../../project/version.js";

/** The endpoints of evals whose servers any machine can call, each with the models that are asked of it. */
export function reachedEndpoints(evals: readonly {definition: EvalDefinition}[]) {
  return evals.flatMap(({definition: {candidates}}) =>
    candidates.flatMap(({reach}) => (reach && isRemote(reach.endpoint) ? [reach] : []))
  );
}

const TELL_EVERY_MS = 10_000;

export async function workerVerb(
  url: string | undefined,
  {concurrency}: {concurrency: number}
): Promise<void> {
  const address = queueAddress(url ?? process.env["ASSAY_QUEUE"]);
  const sealing = createSealing(process.env["ASSAY_QUEUE_KEY"]);
  const project = findProject();
  const {evals, broken} = await loadEvals(project);
  reportBroken(broken);
  if (evals.length === 0)
    throw new UserError(
      `${project}/evals has no eval that could be loaded. A worker takes its endpoints from the project's evals.`
    );
  await observed(() => work(address, {reached: reachedEndpoints(evals), concurrency, sealing}));
}

async function work(
  address: QueueAddress,
  options: Pick<WorkerOptions, "reached" | "concurrency" | "sealing">
): Promise<void> {
  const {signal, abortSignal, dispose} = interruptSignals();
  try {
    const worker = await startWorker(address, {
      ...options,
      version: {protocol: PROTOCOL, release: assayVersion()},
      onMessage: (message) => note(`worker: ${message}`)
    });
    note(`worker: takes calls for ${worker.endpoints.join(", ")} from ${address.shown}. Ctrl-C ends it.`);
    let told = 0;
    const timer = setInterval(() => {
      if (worker.calls === told) return;
      told = worker.calls;
      note(`worker: ${told} calls begun, ${worker.open} open`);
    }, TELL_EVERY_MS);
    const interrupted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve());
    });
    const refusal = await Promise.race([interrupted, worker.refused]);
    const stop = () => worker.stop();
    if (abortSignal.aborted) stop();
    abortSignal.addEventListener("abort", stop);
    await worker.close();
    clearInterval(timer);
    note(`worker: ${worker.calls} calls made`);
    if (refusal) throw refusal;
  } finally {
    dispose();
  }
}
