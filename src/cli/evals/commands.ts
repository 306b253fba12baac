import {Option} from "commander";
import {
  type DeclareCommand,
  listOption,
  MOST_IN_FLIGHT,
  numberOption,
  wholeOption,
  reasonOption
} from "../terminal/arguments.js";
import {costCommands} from "./costs/commands.js";
import {queueCommands} from "./queue/commands.js";

export const evalCommands: DeclareCommand[] = [
  (program) =>
    program
      .command("run [eval...]")
      .summary("run evals; calls only for what is missing")
      .description("Run evals. Reuses what the store holds and makes calls for the rest.")
      .option("-n, --limit <n>", "run N rows, drawn by the seed", wholeOption(1))
      .option("-c, --candidate <name>", "run only this candidate (repeatable)", listOption)
      .option("--repeat <k>", "ask for K completions per row", wholeOption(1, 10_000))
      .option(
        "-j, --concurrency <n>",
        "limit requests in flight per endpoint (default: 16; 256 with --queue)",
        wholeOption(1, MOST_IN_FLIGHT)
      )
      .option("--budget-usd <usd>", "stop before all evals together spend more than this", numberOption(0))
      .option("--race", "drop candidates once they are clearly worse; stop when one is chosen")
      .option("--no-race", "score every row by every candidate, even if the eval states a race")
      .option(
        "--error-rate <rate>",
        "--race: limit the chance of dropping the best (default: 0.05)",
        numberOption(0, 1)
      )
      .option(
        "--budget-calls <n>",
        "--race: make the best choice that N calls allow, by halving",
        wholeOption(1)
      )
      .option(
        "--give-up-after <seconds>",
        "stop as partial after only failures or rate limits for so long (default: 300)",
        numberOption(0)
      )
      .option("--queue [url]", "let workers make the calls (redis://HOST:6379; default: ASSAY_QUEUE)")
      .option("--dry-run", "print the expected calls, tokens and cost; call no one")
      .option("--show-prompts <n>", "print the messages of the first N rows; call no one", wholeOption(1))
      .option("--no-reuse", "make all calls again, even for stored answers")
      .option("--retry-failed", "retry failed and missing rows, and scores whose judge did not answer")
      .option("--no-wait", "fail at once when another process makes the same run")
      .option("--final", "score on the held-out part, for evals that use it; recorded")
      .option("--why <text>", "--final: record why the held-out part is opened", reasonOption)
      .option("--allow-code-execution", "let scorers run model-written code in a sandbox")
      .option("--json", "print JSON")
      .action(async (names: string[], options) => (await import("./run/run.js")).runVerb(names, options)),
  (program) =>
    program
      .command("runs [id] [other]")
      .summary("list, show, compare, archive or delete runs")
      .description("List the runs, show one, or compare two. Deletes or archives runs.")
      .option("--archived", "list archived runs too")
      .option("--delete <run...>", "delete runs; refused while a gate, race or other record needs one")
      .option("--archive <run...>", "hide runs from pages, verdicts, history and baselines")
      .option("--unarchive <run...>", "show archived runs again")
      .option("--json", "print JSON")
      .action(async (id: string | undefined, other: string | undefined, options) =>
        options.delete || options.archive || options.unarchive
          ? (await import("./runs/keepRuns.js")).keepRunsVerb(options, id)
          : (await import("./runs/runs.js")).runsVerb(id, other, options)
      ),
  (program) =>
    program
      .command("verdict [run]")
      .summary("print the verdict of a run or of result files")
      .description(
        "Print the verdict of a run or eval, or with --from of result files of promptfoo, Inspect, lm-eval, OpenAI Evals, Braintrust, Langfuse, Phoenix or CSV."
      )
      .option("--from <file...>", "read other tools' results; NAME=FILE names a file's candidate")
      .option("--name <name>", "--from: name the eval in the store")
      .option("--scorer <name>", "--from: decide by this scorer")
      .option("--baseline <candidate>", "--from: compare the others with this candidate")
      .option(
        "--margin <difference>",
        "set the smallest difference worth a switch; 0.01 is a point",
        numberOption(0)
      )
      .option("--cluster <column>", "--from: treat rows with the same value as dependent")
      .option(
        "--slice <column>",
        "show the scores per slice; --from: slice by this column (repeatable)",
        listOption
      )
      .option("--min-score <score>", "gate: require at least this score of the best", numberOption(0))
      .option(
        "--max-regression <difference>",
        "gate: allow the best to score this much below the baseline",
        numberOption(0)
      )
      .option(
        "--max-failure-share <share>",
        "gate: allow this share of rows without an answer",
        numberOption(0, 1)
      )
      .addOption(
        new Option("--publish <what>", "--from: set what pages may show of a row (default: ids)").choices([
          "ids",
          "masked",
          "text"
        ])
      )
      .option("--json", "print JSON")
      .action(async (run: string | undefined, options) =>
        (await import("./verdict/verdict.js")).verdictVerb(run, options)
      ),
  (program) =>
    program
      .command("check [eval...]")
      .summary("check the evals' gates on stored runs")
      .description("Check the evals' gates on stored runs. Exit code 0: pass, 100: fail, 101: undecided.")
      .option("--json", "print JSON")
      .option("--markdown <file>", "write a comment for a pull request")
      .option("--junit <file>", "write JUnit XML")
      .addOption(
        new Option(
          "--history",
          "test for regressions over all runs instead, with controlled false alarms"
        ).conflicts(["markdown", "junit"])
      )
      .option("--all", "--history: list steady comparisons too")
      .action(async (names: string[], options) =>
        (await import("./check/check.js")).checkVerb(names, options)
      ),
  ...costCommands,
  (program) =>
    program
      .command("exit [run]")
      .summary("show what is left if a provider goes away")
      .description(
        "Show what is left if a candidate's provider goes away: your data and models, substitutes that are no worse, their cost, deadlines."
      )
      .option(
        "--margin <difference>",
        "allow a substitute to score this much worse (default: the eval's margin)",
        numberOption(0)
      )
      .option("--ask", "ask the candidates' servers for the day on which a model ends")
      .option("--json", "print JSON")
      .action(async (run: string | undefined, options) =>
        (await import("./verdict/exit.js")).exitVerb(run, options)
      ),
  ...queueCommands
];
