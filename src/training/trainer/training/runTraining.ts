import {forkModule} from "../../../weights/ggml/index.js";
import {UserError} from "../../../base/validation/errors.js";
import type {TrainingJob, TrainingOutcome, TrainingProgress} from "./job.js";
import type {FromTraining, ToTraining} from "./messages.js";

export interface RunTrainingOptions {
  onProgress?(progress: TrainingProgress): void;
  /** Ends the step, writes a checkpoint and gives back the outcome "stopped". */
  signal?: AbortSignal;
  /** The child's process id, once it runs. */
  onStart?(pid: number): void;
}

/**
 * Trains in a process of its own: neither its computing nor its end touches this one. Throws a UserError when the
 * process ends without an outcome; run the same job again to go on from its last checkpoint.
 */
export function runTraining(
  job: TrainingJob,
  {onProgress, onStart, signal}: RunTrainingOptions = {}
): Promise<TrainingOutcome> {
  const child = forkModule("./trainProcess", import.meta.url, {
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"]
  });
  return new Promise((resolve, reject) => {
    const send = (message: ToTraining) => child.connected && child.send(message);
    const stop = () => send({type: "stop"});
    let said = "";
    let settled = false;
    const settle = (act: () => void) => {
      if (settled) return;
      settled = true;
      signal?.removeEventListener("abort", stop);
      act();
    };
    child.stderr!.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
    child.on("message", (message: FromTraining) => {
      if (message.type === "progress") onProgress?.(message.progress);
      else if (message.type === "ended") settle(() => resolve(message.outcome));
      else
        settle(() => reject(message.forUser ? new UserError(message.message) : new Error(message.message)));
    });
    // Each message to a process that has ended is an error; the end itself says more.
    child.on("error", (error) => {
      if (child.pid === undefined) settle(() => reject(error));
    });
    child.once("exit", (code, name) =>
      settle(() =>
        reject(
          new UserError(
            `The training's process ended (${name ?? `code ${code}`})${said.trim() ? `: ${said.trim().split("\n").at(-1)}` : ". Is memory left?"} Run it again to go on from the last checkpoint.`
          )
        )
      )
    );
    if (child.pid !== undefined) onStart?.(child.pid);
    send({type: "train", job});
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, {once: true});
  });
}
