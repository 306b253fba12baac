import {type Command, Option} from "commander";
import {
  addressOption,
  type DeclareCommand,
  listOption,
  MOST_THREADS,
  nameOption,
  portOption,
  wholeOption,
  reasonOption
} from "../terminal/arguments.js";
import {trainingCommands} from "./training/commands.js";

export const modelCommands: DeclareCommand[] = [
  ...trainingCommands,
  (program) =>
    program
      .command("merge [recipe]")
      .summary("merge checkpoints, or search for the best merge")
      .description("Merge checkpoints by a YAML recipe, or search for the best merge of stored models.")
      .option("--search <space>", "race the merges of a YAML search space on an eval's validation part")
      .option(
        "--why <reason>",
        "--search: record why the split's held-out part, if any, is opened",
        reasonOption
      )
      .option("-o, --out <dir>", "write the merged model to DIR")
      .option("--check", "print what would go wrong; write nothing")
      .option("--threads <n>", "use N worker threads", wholeOption(1, 256))
      .option("--seed <n>", "set the seed of random methods", wholeOption(0, Number.MAX_SAFE_INTEGER))
      .option("--masks <file>", "keep what the masks of this safetensors file keep, instead of drawing")
      .option("--exact", "round to 16 bits step by step, as the reference does")
      .option("--shard-size <bytes>", "limit the tensors of one file (5GB, 500MB)")
      .option("--allow-nonfinite", "keep a result that holds NaN or infinity")
      .option("--overwrite", "replace another merge in that folder")
      .option("--json", "print JSON")
      .action(async (recipe: string | undefined, options) =>
        (await import("./merge/merge.js")).mergeVerb(recipe, options)
      ),
  (program) => {
    const models = program
      .command("models")
      .summary("list, add, remove and convert models")
      .description("List the models of the store.")
      .option("--json", "print JSON")
      .action(async (options) => (await import("./models.js")).modelsVerb(options));
    models
      .command("add <model>")
      .description(
        "Register a model made elsewhere: GGUF file, checkpoint or adapter folder, a provider's model."
      )
      .option("--name <name>", "name it in the store", nameOption)
      .option("--rename", "rename a registered model; the old name stays an alias")
      .option("--provider <name>", "register a model that only this service has, without files", nameOption)
      .option("--base-url <url>", "--provider: state the service's address (default: any)")
      .option("--from-job <job>", "state the job that made it, by id, start of the id, or name")
      .option("--from-export <export>", "state the export it was trained on")
      .option("--parents <model>", "state a stored model it was made from (repeatable)", listOption)
      .option("--json", "print JSON")
      .action(async (model: string, _own, command: Command) =>
        (await import("./models.js")).addModelVerb(model, command.optsWithGlobals())
      );
    models
      .command("remove <model...>")
      .description("Remove models by name or id: weights, converted copies, records that nothing needs.")
      .option("--dry-run", "print what would be removed")
      .option("--json", "print JSON")
      .action(async (names: string[], _own, command: Command) =>
        (await import("./removeModels.js")).removeModelsVerb(names, command.optsWithGlobals())
      );
    ggufCommand(models.command("gguf <model>"));
  },
  (program) =>
    program
      .command("serve <model...>")
      .summary("serve models as an OpenAI-compatible endpoint")
      .description(
        "Serve models (stored, folders, GGUF files) and candidates (EVAL:CANDIDATE) on this machine as an OpenAI-compatible endpoint."
      )
      .option("-p, --port <port>", "listen on this port; 0 takes a free one", portOption, 8080)
      .option("--host <host>", "listen on this address", addressOption, "127.0.0.1")
      .option("--adapter <name=model>", "serve a language model's adapter by NAME (repeatable)", listOption)
      .option("--type <type>", "store a language model's weights as f16, q8_0 or q4_k_m")
      .option("--threads <n>", "compute a language model with N threads", wholeOption(1, MOST_THREADS))
      .option("--parallel <n>", "compute up to N requests of a language model at once", wholeOption(1, 256))
      .option("--context <tokens>", "limit prompt plus answer to TOKENS", wholeOption(16, 100_000_000))
      .action(async (models: string[], options) => (await import("./serve.js")).serveVerb(models, options)),
  (program) =>
    program
      .command("lineage <name>")
      .summary("show what something was made from and led to")
      .description("Show what a model, run, version (NAME@VERSION) or split came from and led to.")
      .addOption(new Option("--up", "show only what it came from").conflicts("down"))
      .option("--down", "show only what was made from it")
      .option("--json", "print JSON")
      .action(async (name: string, options) => (await import("./lineage.js")).lineageVerb(name, options)),
  // The former name of `models gguf`.
  (program) => ggufCommand(program.command("gguf <model>", {hidden: true}))
];

function ggufCommand(command: Command): void {
  command
    .description("Write a model (checkpoint or adapter folder, stored model, hub repository) as a GGUF file.")
    .requiredOption("-o, --out <file>", "write to FILE")
    .option("-t, --type <type>", "store weights as f32, f16, bf16, q8_0, q4_k_m or others", "q8_0")
    .option("--name <name>", "name the model in the file")
    .option("--overwrite", "replace a file that another command or program wrote")
    .option("--pre <name>", "name llama.cpp's pre-tokenizer, if tokenizer.json does not identify it")
    .option("--json", "print JSON")
    .action(async (model: string, _own, called: Command) =>
      (await import("./gguf.js")).ggufVerb(model, called.optsWithGlobals())
    );
}
