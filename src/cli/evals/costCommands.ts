import {type Command, InvalidArgumentError, Option} from "commander";
import {trustLevels} from "../../data/privacy/trust.js";
import {day, MOST_IN_FLIGHT, number, share, whole} from "../terminal/arguments.js";

const list = (value: string, before: string[] | undefined) => [...(before ?? []), value];

/** Whole numbers, rising and each once. */
const levels = (text: string) =>
  [...new Set(text.split(",").map(whole(1, MOST_IN_FLIGHT)))].sort((a, b) => a - b);

/** A number above 0. */
const positive = (text: string) => {
  const value = number(0)(text);
  if (value === 0) throw new InvalidArgumentError("takes a number above 0");
  return value;
};

/** The longest measurement, in seconds. */
const LONGEST = 3600;

const seconds = (text: string) => {
  const value = positive(text);
  if (value > LONGEST) throw new InvalidArgumentError(`takes at most ${LONGEST} seconds`);
  return value;
};

/** The commands about what things cost. */
export const costVerbs: ((program: Command) => void)[] = [
  (program) => {
    const prices = program
      .command("prices [model]")
      .description("list the project's dated prices (prices/*.json), of models with MODEL in their name")
      .option("--json", "print JSON")
      .action(async (model: string | undefined, options) =>
        (await import("./costs/prices.js")).pricesVerb(model, options)
      );
    prices
      .command("import <file>")
      .description("take a public table of prices in litellm's layout into prices/")
      .option("--as-of <date>", "the day the prices hold for, instead of today", day)
      .option("--source <text>", "where they were read")
      .option("--name <name>", "the file to write: prices/NAME.json")
      .option("--only <text>", "only models with this in their name (repeatable)", list)
      .action(async (file: string, _own, command: Command) =>
        (await import("./costs/prices.js")).importPricesVerb(file, command.optsWithGlobals())
      );
  },
  (program) =>
    void program
      .command("costs <run>")
      .description("price a run again without a call: hostings, frontier of cost and quality, break-even")
      .option("--prices <file>", "a file of prices that goes before those the run was made with")
      .option("--at <date>", "the day to price for, instead of today", day)
      .option("--volume <n>", "requests a month", number(1, 1e12), 100_000)
      .option("--months <n>", "months over which the first training or merge is spread", whole(1, 1200), 24)
      .option("--json", "print JSON")
      .action(async (run: string, options) => (await import("./costs/costs.js")).costsVerb(run, options)),
  (program) =>
    void program
      .command("cascade <run>")
      .description(
        "when is a cheap model's answer good enough? from recorded answers, with a bound on the loss"
      )
      .requiredOption(
        "--cheap <candidate>",
        "asked first; several in the order of their cost (repeatable)",
        list
      )
      .requiredOption("--strong <candidate>", "asked when no cheap one is sure")
      .option("--loss <score>", "the most that the mean score may fall, 0.02 is two points", number(0), 0.02)
      .option("--confidence <p>", "probability that it falls by no more", share, 0.95)
      .addOption(
        new Option("--signal <sign>", "what tells how sure an answer is; the first that is there").choices([
          "logprobs",
          "agreement",
          "length"
        ])
      )
      .option("--json", "print JSON")
      .action(async (run: string, options) => (await import("./costs/cascade.js")).cascadeVerb(run, options)),
  (program) => {
    const bench = program
      .command("bench [eval:candidate]")
      .description(
        "load test: throughput and latency of a candidate, or of --url, with the eval's own prompts"
      )
      .option("--list", "list what was measured")
      .option("--url <url>", "a server with OpenAI's chat completions, instead of a candidate (with --model)")
      .option("--model <name>", "the model's name on that server")
      .addOption(
        new Option("--trust <trust>", "that of --url; a loopback address is local, others external").choices(
          trustLevels
        )
      )
      .option("--api-key-env <name>", "the environment variable with the key of --url")
      .option("--concurrency <levels>", "requests in flight, a level each", levels, [1, 2, 4, 8])
      .option("--rate <n>", "arrivals per second; without it 70% of what each level can do", positive)
      .option("--duration <seconds>", "of each measurement", seconds, 10)
      .option("--warmup <seconds>", "before each measurement, left out of it", number(0, LONGEST), 2)
      .option(
        "--max-requests <n>",
        "most requests in all; 20000 unless an API without a price is asked",
        whole(1)
      )
      .option("--budget-usd <amount>", "most US dollars in all; needed when tokens are paid", number(0))
      .option(
        "--p95-ms <ms>",
        "give hosting models the highest rate at which the p95 latency was at most this",
        positive
      )
      .option("--no-stream", "ask for whole answers: no time to the first token")
      .option("--json", "print JSON")
      .action(async (target: string | undefined, options) =>
        (await import("./bench/bench.js")).benchVerb(target, options)
      );
    bench
      .command("import <file>")
      .description("take what guidellm or AIPerf measured (their JSON) into the store")
      .action(async (file: string, _own, command: Command) =>
        (await import("./bench/bench.js")).importBenchVerb(file, command.optsWithGlobals())
      );
  }
];
