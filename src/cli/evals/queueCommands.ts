import {MOST_IN_FLIGHT, whole} from "../terminal/arguments.js";
import type {Verb} from "../commands.js";

const worker: Verb = (program) =>
  program
    .command("worker [url]")
    .description(
      "make the calls that `assay run --queue` leaves on a queue, such as redis://HOST:6379 (or ASSAY_QUEUE)"
    )
    .option(
      "-j, --concurrency <n>",
      "most requests in flight at each endpoint, 16 unless told",
      whole(1, MOST_IN_FLIGHT),
      16
    )
    .action(async (url: string | undefined, options) => {
      await (await import("./queue/worker.js")).workerVerb(url, options);
      // Timers of the queue's client would keep the process for some 20 s when its server has gone.
      process.exit();
    });

const queue: Verb = (program) => {
  const command = program
    .command("queue")
    .description(
      "look at the queue that workers take calls from, stop it and start it (URL, or ASSAY_QUEUE)"
    );
  const verb = (name: "status" | "pause" | "resume" | "drain" | "retry", description: string) =>
    command
      .command(`${name} [url]`)
      .description(description)
      .option("--json", "print JSON")
      .action(async (url: string | undefined, options) =>
        (await import("./queue/queue.js")).queueVerb(name, url, options)
      );
  verb("status", "workers, jobs and calls in flight of each endpoint");
  verb("pause", "begin no further call until `resume`; calls in flight go on");
  verb("resume", "go on after `pause`");
  verb("drain", "end all runs as Ctrl-C does, each sealed as partial, and remove what waits");
  verb("retry", "try jobs again that failed because every worker that took them died");
  return command;
};

export const queueVerbs: Verb[] = [worker, queue];
