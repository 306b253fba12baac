import {Option} from "commander";
import {address, list, MOST_THREADS, port, whole} from "../terminal/arguments.js";
import type {Verb} from "../commands.js";

const serve: Verb = (program) =>
  program
    .command("serve <model...>")
    .description(
      "serve models (of the store, folders, GGUF files) and evals' candidates (EVAL:CANDIDATE) as an OpenAI-compatible endpoint on this machine"
    )
    .option("-p, --port <port>", "port; 0 takes a free one", port, 8080)
    .option("--host <host>", "address to listen on", address, "127.0.0.1")
    .option(
      "--adapter <name=model>",
      "a language model's adapter and the name it is asked by (repeatable)",
      list
    )
    .option("--type <type>", "what a language model's weights are stored as: f16, q8_0, q4_k_m")
    .option("--threads <n>", "threads of a language model", whole(1, MOST_THREADS))
    .option("--parallel <n>", "requests a language model computes together", whole(1, 256))
    .option("--context <tokens>", "tokens of a prompt and its answer", whole(16, 100_000_000))
    .action(async (models: string[], options) => (await import("./serve.js")).serveVerb(models, options));

const merge: Verb = (program) =>
  program
    .command("merge [recipe]")
    .description("merge model checkpoints by a YAML recipe, or search for the best merge of stored models")
    .option(
      "--search <space>",
      "race the merges that a YAML search space describes, on an eval's validation part"
    )
    .option("--why <reason>", "with --search: why the split's held-out part is opened, where it has one")
    .option("-o, --out <dir>", "folder of the merged model")
    .option("--check", "say what would go wrong, and write nothing")
    .option("--threads <n>", "worker threads", whole(1, 256))
    .option("--seed <n>", "seed of the random methods", whole(0, Number.MAX_SAFE_INTEGER))
    .option("--exact", "follow the reference's 16-bit rounding step by step")
    .option("--shard-size <bytes>", "most bytes of tensors in one file (5GB, 500MB)")
    .option("--allow-nonfinite", "keep a result that holds NaN or infinity")
    .option("--overwrite", "replace another merge in that folder")
    .option("--json", "print JSON")
    .action(async (recipe: string | undefined, options) =>
      (await import("./merge/merge.js")).mergeVerb(recipe, options)
    );

const lineage: Verb = (program) =>
  program
    .command("lineage <name>")
    .description("what a model, run, version (NAME@VERSION) or split came from, and what was made of it")
    .addOption(new Option("--up", "only what it came from").conflicts("down"))
    .option("--down", "only what was made of it")
    .option("--json", "print JSON")
    .action(async (name: string, options) => (await import("./lineage.js")).lineageVerb(name, options));

export const modelVerbs: Verb[] = [merge, lineage, serve];
