import type {Command} from "commander";
import {type DeclareCommand, MOST_IN_FLIGHT, wholeOption} from "../../terminal/arguments.js";

export const queueCommands: DeclareCommand[] = [
  (program) => {
    const queue = program
      .command("queue")
      .summary("run workers; control the queue of `run --queue`")
      .description("Run workers and control the queue of `assay run --queue` (URL, or ASSAY_QUEUE).");
    workerCommand(queue.command("worker [url]"));
    const declare = (name: "status" | "pause" | "resume" | "drain" | "retry", description: string) =>
      queue
        .command(`${name} [url]`)
        .description(description)
        .option("--json", "print JSON")
        .action(async (url: string | undefined, options) =>
          (await import("./queue.js")).queueVerb(name, url, options)
        );
    declare("status", "List workers, jobs and the calls in flight at each endpoint.");
    declare("pause", "Start no more calls until `resume`. Calls in flight continue.");
    declare("resume", "Continue after `pause`.");
    declare("drain", "End all runs as Ctrl-C does, sealed as partial, and remove waiting jobs.");
    declare("retry", "Retry jobs that failed because every worker that took them died.");
  },
  // The former name of `queue worker`.
  (program) => workerCommand(program.command("worker [url]", {hidden: true}))
];

function workerCommand(command: Command): void {
  command
    .description("Make the calls of `assay run --queue` from a queue (redis://HOST:6379, or ASSAY_QUEUE).")
    .option(
      "-j, --concurrency <n>",
      "limit requests in flight per endpoint",
      wholeOption(1, MOST_IN_FLIGHT),
      16
    )
    .action(async (url: string | undefined, options) => {
      await (await import("./worker.js")).workerVerb(url, options);
      // Timers of the queue's client would keep the process for some 20 s when its server has gone.
      process.exit();
    });
}
