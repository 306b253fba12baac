import type {Command} from "commander";
import {
  type DeclareCommand,
  MOST_IN_FLIGHT,
  MOST_THREADS,
  numberOption,
  wholeOption
} from "../../terminal/arguments.js";

export const trainingCommands: DeclareCommand[] = [
  (program) => {
    const finetune = program
      .command("finetune [name...]")
      .summary("train language models here; export training sets")
      .description("Train the language models of finetunes/NAME.finetune.ts; resumes where one stopped.")
      // Some options of `finetune export` have the same names.
      .enablePositionalOptions()
      .option("--check", "prepare rows, predict steps and memory; train nothing")
      .option("--skip-unresolved", "leave out rows with unresolved personal data instead of refusing")
      .option(
        "--threads <n>",
        "compute with N threads (default: free cores, counted every 10 s)",
        wholeOption(1, MOST_THREADS)
      )
      .option("--force", "start even if memory seems too small")
      .option("-o, --out <dir>", "also copy the model's folder to DIR")
      .option("--json", "print JSON")
      .action(async (names: string[], options) =>
        (await import("./finetune.js")).finetuneVerb(names, options)
      );
    exportCommand(finetune);
  },
  (program) =>
    program
      .command("distil [name]")
      .summary("train students on a teacher's answers, and judge them")
      .description(
        "Ask the teacher of distillations/NAME.distillation.ts, train its students on the answers, and judge them; resumes where it stopped. Without a name, list which models are in use, and why."
      )
      .option("--budget-usd <usd>", "stop before all calls together cost more than this", numberOption(0))
      .option(
        "--concurrency <n>",
        "limit the requests in flight per endpoint",
        wholeOption(1, MOST_IN_FLIGHT)
      )
      .option("--json", "print JSON")
      .action(async (name: string | undefined, options) =>
        (await import("../distil/distil.js")).distilVerb(name, options)
      ),
  (program) => {
    const jobs = program
      .command("jobs")
      .summary("train on other machines: submit, watch, collect")
      .description("List the trainings that run on other machines.")
      .enablePositionalOptions()
      .option("--refresh", "ask the services about unfinished jobs")
      .option("--json", "print JSON")
      .action(async (options) => (await import("./jobs.js")).jobsVerb(options));
    jobs
      .command("list")
      .description("Do the same as `assay jobs`.")
      .option("--refresh", "ask the services about unfinished jobs")
      .option("--json", "print JSON")
      .action(async (options) => (await import("./jobs.js")).jobsVerb(options));
    jobs
      .command("submit <name>")
      .description("Send the job of finetunes/NAME.job.ts. Finds a job again that was already sent.")
      .option("--check", "check the training files and estimate the price; send nothing")
      .option("--watch", "follow the job until it ends")
      .option("--again", "send it even if the same job was sent before")
      .option("--skip-unresolved", "leave out rows with unresolved personal data instead of refusing")
      .option("--skip-bad", "leave out rows without a valid example instead of refusing")
      .option("--usd-per-million <price>", "set the price of a million training tokens", numberOption(0))
      .option("--json", "print JSON")
      .action(async (name: string, options) => (await import("./jobSubmit.js")).submitVerb(name, options));
    jobs
      .command("watch [job...]")
      .description("Follow the named or all unfinished jobs until they end. Ctrl-C leaves them running.")
      .option("--every <seconds>", "wait between two polls (default: 10)", numberOption(0.05, 86_400))
      .option("--failures <n>", "allow N consecutive failed polls (default: 20)", wholeOption(1, 1_000_000))
      .option("--json", "print JSON")
      .action(async (names: string[], options) => (await import("./jobWatch.js")).watchVerb(names, options));
    jobs
      .command("cancel <job>")
      .description("Tell the service to end a job.")
      .option("--json", "print JSON")
      .action(async (name: string, options) => (await import("./jobs.js")).cancelVerb(name, options));
    jobs
      .command("collect <job>")
      .description("Register the model that a job made in the store, with its lineage.")
      .option("--json", "print JSON")
      .action(async (name: string, options) => (await import("./jobs.js")).collectVerb(name, options));
  }
];

function exportCommand(finetune: Command): void {
  finetune
    .command("export")
    .description("Write a part of a dataset as a training set, checked against every destination's rules.")
    .requiredOption("--dataset <name[@version]>", "read this dataset (default: its newest version)")
    .option("-o, --out <file>", "write JSONL, with a manifest beside it (default: only check)")
    .option("--overwrite", "replace an existing file that Assay did not write or that was changed")
    .option(
      "--format <format>",
      "openai, trl, axolotl (or each with -dpo), sharegpt, alpaca, prompt-completion",
      "openai"
    )
    .option("--split <split>", "use this split, if the version has several")
    .option("--part <part>", "write this part, never the held-out one (default: train)")
    .option("--messages <column>", "read messages from this column (default: messages, if any)")
    .option("--prompt <column>", "read prompts from this column (default: the dataset's text)")
    .option("--completion <column>", "read answers from this column (default: the dataset's label)")
    .option("--system <text>", "put a system message before every prompt")
    .option("--chosen <column>", "pairs: read the better answer from this column")
    .option("--rejected <column>", "pairs: read the worse answer from this column")
    .option("--good <column>", "trl-kto: read whether an answer is good from this column (default: good)")
    .option("--from-run <run>", "pairs: take two candidates' scored answers of a run on this part")
    .option("--prefer <candidate>", "--from-run: take this candidate's answer where it scored higher")
    .option("--over <candidate>", "--from-run: take this candidate's answer as the worse one")
    .option("--tokenizer <dir>", "count tokens by the tokenizer and template of a checkpoint folder")
    .option("--epochs <n>", "estimate the cost of N passes over the set", wholeOption(1, 10_000))
    .option("--batch <n>", "estimate with N examples a step (default: 8)", wholeOption(1, 1_000_000))
    .option("--usd-per-million <price>", "set the price of a million training tokens", numberOption(0))
    .option("--skip-unresolved", "leave out rows with unresolved findings instead of refusing")
    .option("--skip-bad", "leave out rows without a valid example instead of refusing")
    .option("--json", "print JSON")
    .action(async (options) => (await import("./finetuneExport.js")).finetuneExportVerb(options));
}
