import type {Command} from "commander";
import {MOST_THREADS, number, whole} from "../../terminal/arguments.js";
import type {Verb} from "../../commands.js";

/** `assay finetune NAME`, and the commands below it. */
export const finetune: Verb = (program) => {
  const group = program
    .command("finetune [name...]")
    .description(
      "train the language models that finetunes/NAME.finetune.ts declare, or go on where one stopped"
    )
    // What follows a command's name is that command's: several have options of one name.
    .enablePositionalOptions()
    .option("--check", "prepare the rows, predict steps and memory, train nothing")
    .option("--skip-unresolved", "leave out rows with unresolved personal data instead of refusing")
    .option(
      "--threads <n>",
      "threads to compute with; unless told the free cores, counted again every ten seconds",
      whole(1, MOST_THREADS)
    )
    .option("--force", "begin although the memory seems too small")
    .option("-o, --out <dir>", "also copy the model's folder to DIR")
    .option("--json", "print JSON")
    .action(async (names: string[], options) => (await import("./finetune.js")).finetuneVerb(names, options));
  exportTrainingSet(group);
};

/** `assay finetune export`. */
export function exportTrainingSet(group: Command): void {
  group
    .command("export")
    .description(
      "write a part of a dataset as a training set, checked against every destination's rules at once"
    )
    .requiredOption("--dataset <name[@version]>", "the dataset, its newest version unless named")
    .option(
      "-o, --out <file>",
      "JSONL to write, with a manifest beside it; without it only the check is made"
    )
    .option("--overwrite", "replace a file that is there and not as Assay wrote it")
    .option(
      "--format <format>",
      "openai, trl, axolotl, sharegpt, prompt-completion, alpaca, openai-dpo, trl-dpo, axolotl-dpo",
      "openai"
    )
    .option("--split <split>", "the split --part is taken from, where the version has several")
    .option("--part <part>", "the part, train unless told; never the held-out one")
    .option("--messages <column>", "the column of messages; `messages` when there is one")
    .option("--prompt <column>", "what is asked, the dataset's text unless told")
    .option("--completion <column>", "what is answered, the dataset's label unless told")
    .option("--system <text>", "a system message before every prompt")
    .option("--chosen <column>", "pairs: the better answer")
    .option("--rejected <column>", "pairs: the worse answer")
    .option("--from-run <run>", "pairs: from two candidates' scored answers of a run on this part")
    .option("--prefer <candidate>", "with --from-run: whose answer is taken where it scored higher")
    .option("--over <candidate>", "with --from-run: whose answer is then the worse one")
    .option(
      "--tokenizer <dir>",
      "a checkpoint's folder: tokens are counted by its tokenizer and chat template"
    )
    .option("--epochs <n>", "passes over the set, for the estimate", whole(1, 10_000))
    .option("--batch <n>", "examples a step, for the estimate; 8 unless told", whole(1, 1_000_000))
    .option("--usd-per-million <price>", "price of a million training tokens, for the estimate", number(0))
    .option("--skip-unresolved", "leave out rows with unresolved findings instead of refusing")
    .option("--skip-bad", "leave out rows that make no valid example instead of refusing")
    .option("--json", "print JSON")
    .action(async (options) => (await import("./finetuneExport.js")).finetuneExportVerb(options));
}
