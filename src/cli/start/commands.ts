import {Option} from "commander";
import {type DeclareCommand, MOST_IN_FLIGHT, numberOption, wholeOption} from "../terminal/arguments.js";

export const startCommands: DeclareCommand[] = [
  (program) =>
    program
      .command("init [dir]")
      .summary("start a project that runs as it is")
      .description("Start a project: a data loader, an eval, the pages and a CI workflow.")
      .option(
        "--from <file...>",
        "take over promptfoo configurations, OpenAI Evals, or Inspect or lm-eval logs"
      )
      .addOption(
        new Option("--sensitivity <level>", "with --from: state how sensitive its rows are").choices([
          "public",
          "internal",
          "personal"
        ])
      )
      .action(async (dir: string | undefined, options) => (await import("./init.js")).initVerb(dir, options)),
  (program) =>
    program
      .command("doctor [eval...]")
      .summary("check this machine and the evals' endpoints")
      .description("Check this machine and every endpoint of the evals, and print what is missing.")
      .option("--json", "print JSON")
      .action(async (names: string[], options) => (await import("./doctor.js")).doctorVerb(names, options)),
  (program) =>
    program
      .command("rebuild")
      .summary("pull, run, check and build: for scheduled jobs")
      .description("Pull, run what is missing, check the gates and build the report, as scheduled jobs do.")
      .option("-n, --limit <n>", "run N rows of each eval, drawn by the seed", wholeOption(1))
      .option(
        "-j, --concurrency <n>",
        "limit requests in flight per endpoint (default: 16; 256 with --queue)",
        wholeOption(1, MOST_IN_FLIGHT)
      )
      .option("--budget-usd <usd>", "stop before all evals together spend more than this", numberOption(0))
      .option("--allow-code-execution", "let scorers run model-written code in a sandbox")
      .option("--queue [url]", "let workers make the calls (redis://HOST:6379; default: ASSAY_QUEUE)")
      .option("--distil", "judge distillations that never were, too: asks their teachers")
      .option("--no-build", "do not build the site")
      .option("--json", "print JSON")
      .action(async (options) => (await import("./rebuild.js")).rebuildVerb(options)),
  (program) =>
    program
      .command("completion <shell>")
      .summary("print a shell's completions")
      .description("Print completions for bash, zsh or fish: `source <(assay completion bash)`.")
      .action(async (shell: string) => (await import("./completion.js")).completionVerb(program, shell))
];
