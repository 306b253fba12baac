import type {Command} from "commander";
import {whole} from "./verbArguments.js";

/** `assay finetune NAME`, and the commands below it. */
export const finetuneVerb = (program: Command): void => {
  program
    .command("finetune [name...]")
    .description(
      "train the language models that finetunes/NAME.finetune.ts declare, or go on where one stopped"
    )
    .option("--check", "prepare the rows, predict steps and memory, train nothing")
    .option("--skip-unresolved", "leave out rows with unresolved personal data instead of refusing")
    .option("--threads <n>", "threads to compute with, all cores unless told", whole(1))
    .option("--force", "begin although the memory seems too small")
    .option("-o, --out <dir>", "also copy the model's folder to DIR")
    .option("--json", "print JSON")
    .action(async (names: string[], options) =>
      (await import("./finetune.js")).finetuneVerbAction(names, options)
    );
};
