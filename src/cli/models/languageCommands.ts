import type {Command} from "commander";
import {name} from "../terminal/arguments.js";

const list = (value: string, before: string[] | undefined) => [...(before ?? []), value];

/** The commands about language models. */
export const languageVerbs: ((program: Command) => void)[] = [
  (program) =>
    void program
      .command("gguf <model>")
      .description(
        "write a model (checkpoint or adapter folder, id of the store, hub repository) as a GGUF file"
      )
      .requiredOption("-o, --out <file>", "the file to write")
      .option("-t, --type <type>", "f32, f16, bf16, q8_0, q4_k_m and others", "q8_0")
      .option("--name <name>", "the model's name in the file")
      .option("--overwrite", "replace a file that another command or program wrote")
      .option("--pre <name>", "llama.cpp's pre-tokenizer, where tokenizer.json does not tell it")
      .option("--json", "print JSON")
      .action(async (model: string, options) => (await import("./gguf.js")).ggufVerb(model, options)),
  (program) => {
    const models = program
      .command("models")
      .description("list the models of the store")
      .option("--json", "print JSON")
      .action(async (options) => (await import("./models.js")).modelsVerb(options));
    models
      .command("add <model>")
      .description(
        "register a model made elsewhere (GGUF file, checkpoint or adapter folder, a provider's model)"
      )
      .option("--name <name>", "its name in the store", name)
      .option("--rename", "give a registered model that name; the one it had goes on meaning it")
      .option("--provider <name>", "MODEL is a name that only this service knows; there are no files", name)
      .option("--base-url <url>", "where that service has it; any address when absent")
      .option("--from-job <job>", "the job that made it: its id, the beginning of it, or its name")
      .option("--from-export <export>", "the export it was trained on")
      .option("--parents <model>", "a model of the store it was made from (repeatable)", list)
      .option("--json", "print JSON")
      .action(async (model: string, _own, command: Command) =>
        (await import("./models.js")).addModelVerb(model, command.optsWithGlobals())
      );
    models
      .command("remove <model...>")
      .description("remove models of the store by name or id: weights, converted copies, unneeded records")
      .option("--dry-run", "only say what would go")
      .option("--json", "print JSON")
      .action(async (names: string[], _own, command: Command) =>
        (await import("./removeModels.js")).removeModelsVerb(names, command.optsWithGlobals())
      );
  }
];
