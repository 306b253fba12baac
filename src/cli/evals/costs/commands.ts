import {type Command, InvalidArgumentError, Option} from "commander";
import {trustLevels} from "../../../data/privacy/trust.js";
import {
  dayOption,
  type DeclareCommand,
  listOption,
  MOST_IN_FLIGHT,
  numberOption,
  shareOption,
  wholeOption
} from "../../terminal/arguments.js";

export const costCommands: DeclareCommand[] = [
  (program) =>
    program
      .command("costs <run>")
      .summary("price a run again: hostings, break-even")
      .description("Price a run again without a call: hostings, frontier of cost and quality, break-even.")
      .option("--prices <file>", "use prices of this file before those of the run")
      .option("--at <date>", "price for this day instead of today", dayOption)
      .option("--volume <n>", "price N requests a month", numberOption(1, 1e12), 100_000)
      .option("--months <n>", "spread the first training or merge over N months", wholeOption(1, 1200), 24)
      .option("--json", "print JSON")
      .action(async (run: string, options) => (await import("./costs.js")).costsVerb(run, options)),
  (program) => {
    const prices = program
      .command("prices [model]")
      .summary("list the project's dated prices, or import some")
      .description("List the project's dated prices (prices/*.json), optionally of models named like MODEL.")
      .option("--json", "print JSON")
      .action(async (model: string | undefined, options) =>
        (await import("./prices.js")).pricesVerb(model, options)
      );
    prices
      .command("import <file>")
      .description("Import a public price table in litellm's layout into prices/.")
      .option("--as-of <date>", "date the prices to this day instead of today", dayOption)
      .option("--source <text>", "state where they were read")
      .option("--name <name>", "write to prices/NAME.json")
      .option("--only <text>", "import only models with this in their name (repeatable)", listOption)
      .action(async (file: string, _own, command: Command) =>
        (await import("./prices.js")).importPricesVerb(file, command.optsWithGlobals())
      );
  },
  (program) =>
    program
      .command("cascade <run>")
      .summary("tune when a cheap model's answer is enough")
      .description(
        "Find when a cheap model's answer is good enough, from recorded answers, with a bound on the loss."
      )
      .requiredOption(
        "--cheap <candidate>",
        "ask this one first; several from cheap to dear (repeatable)",
        listOption
      )
      .requiredOption("--strong <candidate>", "ask this one when no cheap one is sure")
      .option(
        "--loss <score>",
        "allow the mean score to fall by this; 0.02 is 2 points",
        numberOption(0),
        0.02
      )
      .option("--confidence <p>", "require this probability that it falls no further", shareOption, 0.95)
      .addOption(
        new Option("--signal <sign>", "judge certainty by this (default: the first recorded)").choices([
          "logprobs",
          "agreement",
          "length"
        ])
      )
      .option("--json", "print JSON")
      .action(async (run: string, options) => (await import("./cascade.js")).cascadeVerb(run, options)),
  (program) => {
    const bench = program
      .command("bench [eval:candidate]")
      .summary("measure throughput and latency under load")
      .description("Measure throughput and latency of a candidate, or of --url, with the eval's prompts.")
      .option("--list", "list stored measurements")
      .option("--url <url>", "test an OpenAI-compatible server instead of a candidate (with --model)")
      .option("--model <name>", "name the model on that server")
      .addOption(
        new Option(
          "--trust <trust>",
          "set the trust level of --url (default: local if loopback, else external)"
        ).choices(trustLevels)
      )
      .option("--api-key-env <name>", "read the key of --url from this environment variable")
      .option(
        "--concurrency <levels>",
        "set the requests in flight, one per level",
        concurrencyLevels,
        [1, 2, 4, 8]
      )
      .option(
        "--rate <n>",
        "send N requests per second (default: 70% of each level's capacity)",
        positiveOption
      )
      .option("--duration <seconds>", "measure each level for this long", secondsOption, 10)
      .option(
        "--warmup <seconds>",
        "warm up before each measurement",
        numberOption(0, LONGEST_MEASUREMENT),
        2
      )
      .option(
        "--max-requests <n>",
        "limit all requests (default: 20000; no default for unpriced APIs)",
        wholeOption(1)
      )
      .option("--budget-usd <amount>", "limit the total cost; required when tokens are paid", numberOption(0))
      .option("--p95-ms <ms>", "size hostings by the highest rate that kept p95 under this", positiveOption)
      .option("--no-stream", "ask for whole answers; measures no time to the first token")
      .option("--json", "print JSON")
      .action(async (target: string | undefined, options) =>
        (await import("../bench/bench.js")).benchVerb(target, options)
      );
    bench
      .command("import <file>")
      .description("Import the JSON results of guidellm or AIPerf into the store.")
      .action(async (file: string, _own, command: Command) =>
        (await import("../bench/bench.js")).importBenchVerb(file, command.optsWithGlobals())
      );
  }
];

/** Whole numbers, ascending and each once. */
function concurrencyLevels(text: string): number[] {
  return [...new Set(text.split(",").map(wholeOption(1, MOST_IN_FLIGHT)))].sort((a, b) => a - b);
}

function positiveOption(text: string): number {
  const value = numberOption(0)(text);
  if (value === 0) throw new InvalidArgumentError("takes a number above 0");
  return value;
}

/** In seconds. */
const LONGEST_MEASUREMENT = 3600;

function secondsOption(text: string): number {
  const value = positiveOption(text);
  if (value > LONGEST_MEASUREMENT)
    throw new InvalidArgumentError(`takes at most ${LONGEST_MEASUREMENT} seconds`);
  return value;
}
