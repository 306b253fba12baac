import {Option} from "commander";
import {list, MOST_IN_FLIGHT, number, whole} from "../terminal/arguments.js";
import type {Verb} from "../commands.js";

const run: Verb = (program) =>
  program
    .command("run [eval...]")
    .description("run evals: what the store holds already is reused, the rest is asked for")
    .option("-n, --limit <n>", "only N rows, drawn by the seed", whole(1))
    .option("-c, --candidate <name>", "only this candidate (repeatable)", list)
    .option("--repeat <k>", "completions per row", whole(1, 10_000))
    .option(
      "-j, --concurrency <n>",
      "most requests in flight at each endpoint, of candidates and of scorers each: 16 unless told (of candidates 256 with --queue)",
      whole(1, MOST_IN_FLIGHT)
    )
    .option("--budget-usd <usd>", "stop before more than this is spent, calls in flight included", number(0))
    .option(
      "--race",
      "drop candidates as soon as they are worse beyond doubt, and stop when the choice is made"
    )
    .option("--no-race", "score every row by every candidate, though the eval states a race")
    .option(
      "--error-rate <rate>",
      "with --race: chance of dropping the best candidate, 0.05 unless told",
      number(0, 1)
    )
    .option(
      "--budget-calls <n>",
      "with --race: the best choice that N calls buy, by halving (or --budget-usd)",
      whole(1)
    )
    .option(
      "--give-up-after <seconds>",
      "stop as partial when an endpoint that limits the rate or only fails does not answer for so long, 300 unless told",
      number(0)
    )
    .option(
      "--queue [url]",
      "let workers make the calls (`assay worker`), through Valkey at redis://HOST:6379, or ASSAY_QUEUE"
    )
    .option("--dry-run", "print the calls, tokens and cost expected, and call nobody")
    .option("--show-prompts <n>", "print the messages of the first N rows, and call nobody", whole(1))
    .option("--no-reuse", "ask again for what is in the store")
    .option(
      "--retry-failed",
      "ask again for the rows that failed, for those still missing, and for scores whose judge gave no answer"
    )
    .option("--final", "open the held-out part for evals that score it; noted with who, when and why")
    .option("--why <text>", "why the held-out part is opened now (with --final)")
    .option("--allow-code-execution", "let scorers run code that models wrote, in a sandbox")
    .option("--json", "print JSON")
    .action(async (names: string[], options) => (await import("./run/run.js")).runVerb(names, options));

const runs: Verb = (program) =>
  program
    .command("runs [id] [other]")
    .description("list the runs, show one, or compare two; delete or archive some")
    .option("--archived", "list archived runs too")
    .option("--delete <run...>", "delete runs; refused while a gate, a race or another record refers to one")
    .option("--archive <run...>", "keep runs by their id, out of pages, verdicts, history and baselines")
    .option("--unarchive <run...>", "take runs out of the archive")
    .option("--json", "print JSON")
    .action(async (id: string | undefined, other: string | undefined, options) =>
      options.delete || options.archive || options.unarchive
        ? (await import("./runs/keepRuns.js")).keepRunsVerb(options, id)
        : (await import("./runs/runs.js")).runsVerb(id, other, options)
    );

const verdict: Verb = (program) =>
  program
    .command("verdict [run]")
    .description(
      "the verdict of a run or an eval in the store; with --from, of result files that other tools wrote"
    )
    .option(
      "--from <file...>",
      "results of promptfoo, Inspect, lm-eval, OpenAI Evals, Braintrust, Langfuse, Phoenix, or CSV (NAME=FILE names its candidate)"
    )
    .option("--name <name>", "with --from: what is evaluated, as the store names it")
    .option("--scorer <name>", "with --from: the scorer the verdict is about")
    .option("--baseline <candidate>", "with --from: what the others are measured against")
    .option(
      "--margin <difference>",
      "the smallest difference worth switching for; 0.01 is a point",
      number(0)
    )
    .option("--cluster <column>", "with --from: rows with one value of it are not independent")
    .option(
      "--slice <column>",
      "show the figures of every slice; with --from, cut the rows by it (repeatable)",
      list
    )
    .option("--min-score <score>", "gate: the best scores at least this", number(0))
    .option("--max-regression <difference>", "gate: the best is at most this below the baseline", number(0))
    .option("--max-failure-share <share>", "gate: at most this share of rows without an answer", number(0, 1))
    .addOption(
      new Option("--publish <what>", "with --from: what pages may show of a row, ids unless told").choices([
        "ids",
        "masked",
        "text"
      ])
    )
    .option("--json", "print JSON")
    .action(async (run: string | undefined, options) =>
      (await import("./verdict/verdict.js")).verdictVerb(run, options)
    );

const exit: Verb = (program) =>
  program
    .command("exit [run]")
    .description(
      "if a candidate's provider goes away: what stays with you, who is no worse, what it costs, until when"
    )
    .option(
      "--margin <difference>",
      "how much worse a substitute may be; the eval's margin unless told",
      number(0)
    )
    .option("--ask", "ask the candidates' servers whether they name a day on which a model ends")
    .option("--json", "print JSON")
    .action(async (run: string | undefined, options) => (await import("./verdict/exit.js")).exitVerb(run, options));

const check: Verb = (program) =>
  program
    .command("check [eval...]")
    .description("evaluate the evals' gates on what the store holds: 0 pass, 100 fail, 101 undecided")
    .option("--json", "print JSON")
    .option("--markdown <file>", "write a comment for a pull request")
    .option("--junit <file>", "write JUnit XML")
    .addOption(
      new Option(
        "--history",
        "instead of the gates: did any run do worse than those before, with false alarms controlled over all of them"
      ).conflicts(["markdown", "junit"])
    )
    .option("--all", "with --history: steady comparisons too")
    .action(async (names: string[], options) => (await import("./check/check.js")).checkVerb(names, options));

export const runVerbs: Verb[] = [run, runs, verdict, exit, check];
