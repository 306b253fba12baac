import {type Command, Option} from "commander";
import {day, number, share, whole} from "./verbArguments.js";

const list = (value: string, before: string[] | undefined) => [...(before ?? []), value];

/** The commands about what things cost. */
export const costVerbs: ((program: Command) => void)[] = [
  (program) => {
    const prices = program
      .command("prices [model]")
      .description("list the project's dated prices (prices/*.json), of models with MODEL in their name")
      .option("--json", "print JSON")
      .action(async (model: string | undefined, options) =>
        (await import("./prices.js")).pricesVerb(model, options)
      );
    prices
      .command("import <file>")
      .description("take a public table of prices in litellm's layout into prices/")
      .option("--as-of <date>", "the day the prices hold for, instead of today", day)
      .option("--source <text>", "where they were read")
      .option("--name <name>", "the file to write: prices/NAME.json")
      .option("--only <text>", "only models with this in their name (repeatable)", list)
      .action(async (file: string, _own, command: Command) =>
        (await import("./prices.js")).importPricesVerb(file, command.optsWithGlobals())
      );
  },
  (program) =>
    void program
      .command("costs <run>")
      .description("price a run again without a call: hostings, frontier of cost and quality, break-even")
      .option("--prices <file>", "a file of prices that goes before those the run was made with")
      .option("--at <date>", "the day to price for, instead of today", day)
      .option("--volume <n>", "requests a month", number(1), 100_000)
      .option("--months <n>", "months over which the first training or merge is spread", whole(1), 24)
      .option("--json", "print JSON")
      .action(async (run: string, options) => (await import("./costs.js")).costsVerb(run, options)),
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
      .action(async (run: string, options) => (await import("./cascade.js")).cascadeVerb(run, options))
];
