import type {Command} from "commander";
import {number, whole} from "../../terminal/arguments.js";

/** `assay jobs`, and the commands below it. */
export const jobVerbs: ((program: Command) => void)[] = [
  (program) => {
    const jobs = program
      .command("jobs")
      .description("list the trainings that other machines do; below it: submit, watch, cancel, collect")
      .enablePositionalOptions()
      .option("--refresh", "ask the services about those that go on")
      .option("--json", "print JSON")
      .action(async (options) => (await import("./jobs.js")).jobsVerb(options));
    jobs
      .command("list")
      .description("the same as `assay jobs`")
      .option("--refresh", "ask the services about those that go on")
      .option("--json", "print JSON")
      .action(async (options) => (await import("./jobs.js")).jobsVerb(options));
    jobs
      .command("submit <name>")
      .description("send the job that finetunes/NAME.job.ts declares; one that was sent is found again")
      .option("--check", "write the training files' checks and the price, send nothing")
      .option("--watch", "stay until it has ended")
      .option("--again", "send it although the same job was sent before")
      .option("--skip-unresolved", "leave out rows with unresolved personal data instead of refusing")
      .option("--skip-bad", "leave out rows that make no valid example instead of refusing")
      .option("--usd-per-million <price>", "price of a million training tokens, for the estimate", number(0))
      .option("--json", "print JSON")
      .action(async (name: string, options) => (await import("./jobSubmit.js")).submitVerb(name, options));
    jobs
      .command("watch [job...]")
      .description(
        "follow jobs until they have ended, all that go on unless named; Ctrl-C leaves them running"
      )
      .option("--every <seconds>", "between two looks, 10 unless told", number(0.05, 86_400))
      .option("--failures <n>", "looks in a row that may fail, 20 unless told", whole(1, 1_000_000))
      .option("--json", "print JSON")
      .action(async (names: string[], options) => (await import("./jobWatch.js")).watchVerb(names, options));
    jobs
      .command("cancel <job>")
      .description("ask the service to end a job")
      .option("--json", "print JSON")
      .action(async (name: string, options) => (await import("./jobs.js")).cancelVerb(name, options));
    jobs
      .command("collect <job>")
      .description("register what a job made as a model of the store, with its lineage")
      .option("--json", "print JSON")
      .action(async (name: string, options) => (await import("./jobs.js")).collectVerb(name, options));
  }
];
