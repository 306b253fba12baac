import {type Command, InvalidArgumentError, Option} from "commander";
import {costVerbs} from "./costVerbs.js";
import {jobVerbs} from "./jobVerbs.js";
import {languageVerbs} from "./languageVerbs.js";
import {queueVerbs} from "./queueVerbs.js";
import {address, MOST_IN_FLIGHT, MOST_THREADS, number, whole} from "./verbArguments.js";
import {finetune} from "./finetuneVerbs.js";

/** Each verb declares its words here and loads its code when called, so that `assay --help` stays quick. */
export type Verb = (program: Command) => void;

const port = (text: string) => {
  const value = whole(0, Number.MAX_SAFE_INTEGER)(text);
  if (value > 65_535) throw new InvalidArgumentError(`takes a port from 0 to 65535, not ${text}`);
  return value;
};

const list = (value: string, before: string[] | undefined) => [...(before ?? []), value];

const pull: Verb = (program) =>
  program
    .command("pull [name...]")
    .description("read the datasets' sources; makes a version of each whose content changed")
    .option("--skip-bad", "leave out lines that cannot be read, and list them beside the version")
    .option("--json", "print JSON")
    .action(async (names: string[], options) => (await import("./pull.js")).pullVerb(names, options));

const versions: Verb = (program) =>
  program
    .command("versions [name]")
    .description("list the versions of one or of all datasets, or export one (NAME@VERSION) to a folder")
    .option("--export <dir>", "copy the version with its ledger and card to DIR, for `assay import`")
    .option("--with-held-out", "with --export: rows that a split holds out too; noted with who, when and why")
    .addOption(new Option("--with-sealed").implies({withHeldOut: true}).hideHelp())
    .option("--why <text>", "why held-out rows are opened now (with --with-held-out)")
    .option("--json", "print JSON")
    .action(async (name: string | undefined, options) =>
      (await import("./versions.js")).versionsVerb(name, options)
    );

const importVersion: Verb = (program) =>
  program
    .command("import <name@version>")
    .description("take a version of a dataset, by its id, from where it was exported; refuses other content")
    .requiredOption(
      "--from <dir or url>",
      "an exported folder or its http(s) address, or another project or its store in a folder"
    )
    .option("--json", "print JSON")
    .action(async (name: string, options) => (await import("./import.js")).importVerb(name, options));

const diff: Verb = (program) =>
  program
    .command("diff <name> [before] [after]")
    .description(
      "what changed between two versions of a dataset; by default the newest and the one before it"
    )
    .option("--sample <n>", "row ids to show for each kind of change", whole(0))
    .option("--json", "print JSON")
    .action(async (name: string, before: string | undefined, after: string | undefined, options) =>
      (await import("./diff.js")).diffVerb(name, before, after, options)
    );

const drift: Verb = (program) =>
  program
    .command("drift <name>")
    .description("has a dataset drifted from a version? exits with 0 no, 100 yes, 101 cannot tell")
    .requiredOption("--against <version>", "the version it is compared with")
    .option("--version <version>", "the version looked at, instead of the newest")
    .option("--psi <index>", "population stability index that counts as drift", number(0), 0.25)
    .option("--json", "print JSON")
    .action(async (name: string, options) => (await import("./drift.js")).driftVerb(name, options));

const rows: Verb = (program) =>
  program
    .command("rows <name>")
    .description("show rows of a dataset, or with --prompt what an eval asked about one row")
    .option("--version <version>", "the version, instead of the newest")
    .option("--part <part>", "only rows of this part of a split")
    .option("--split <split>", "the split --part is taken from, instead of the newest")
    .option("--where <sql>", "only rows that meet this condition")
    .option(
      "--undetermined <filter>",
      "only rows that a filter of the dataset kept because it could not tell"
    )
    .option("--prompt <row>", "the messages that eval or run NAME put to its candidates about this row")
    .option("-n, --limit <n>", "rows to show", whole(1), 20)
    .option("--json", "print JSON")
    .action(async (name: string, options) => (await import("./rows.js")).rowsVerb(name, options));

const pii: Verb = (program) =>
  program
    .command("pii <name>")
    .description("look for personal data and secrets in a version of a dataset, and keep a ledger of them")
    .option("--version <version>", "the version, instead of the newest")
    .option("--names", "look for people and places too: slower and less sure")
    .option("--labels <file>", "precision and recall by type against a labelled sample (JSON or JSONL)")
    .option("--accept <rule or row>", "let the findings of a rule, or of a row, stay (with --reason)")
    .option("--reason <text>", "why they may stay")
    .option("--json", "print JSON")
    .action(async (name: string, options) => (await import("./pii.js")).piiVerb(name, options));

const purge: Verb = (program) =>
  program
    .command("purge <name>")
    .description(
      "erase rows from all versions, runs and journals of the store, and keep them from coming back"
    )
    .option("--where <sql>", "the rows, as a condition over the dataset's columns")
    .option("--keep-model <id>", "let a model that learned from erased rows be used all the same")
    .option("--reason <text>", "why, for the record; do not name the person")
    .option("--dry-run", "with --where: only say which rows would go")
    .option("--json", "print JSON")
    .action(async (name: string, options) => (await import("./purge.js")).purgeVerb(name, options));

const gc: Verb = (program) =>
  program
    .command("gc")
    .description("remove old versions and splits that no run, model or split refers to")
    .option("--keep <n>", "newest versions of each dataset that stay in any case", whole(1), 3)
    .option("--dry-run", "only say what would go")
    .option("--json", "print JSON")
    .action(async (options) => (await import("./gc.js")).gcVerb(options));

const card: Verb = (program) =>
  program
    .command("card <name>")
    .description("write a version's card: a Hugging Face dataset card or Croissant metadata")
    .addOption(new Option("--format <format>", "what to write").choices(["hf", "croissant"]).default("hf"))
    .option("--version <version>", "the version, instead of the newest")
    .option("--url <url>", "where the dataset is published, for Croissant")
    .option("--creator <name>", "who made it, for Croissant")
    .option("-o, --out <file>", "file to write, instead of the terminal")
    .action(async (name: string, options) => (await import("./card.js")).cardVerb(name, options));

const split: Verb = (program) =>
  program
    .command("split <name>")
    .description("divide the newest version of a dataset by one or several strategies and compare them")
    .option(
      "--strategy <strategy>",
      "random, group, stratified, stratified-group, temporal, cluster, given (repeatable)",
      list
    )
    .option("--compare", "compare all strategies that the dataset's columns allow")
    .option("--leaks", "list the test rows that training knows, each with the training row")
    .option("--measure", "make no split: take the measures that splits made before lack")
    .option("--test <share>", "share of the test part", number(0, 1))
    .option("--validation <share>", "share of the validation part", number(0, 1))
    .option("--held-out <share>", "share of the held-out part, which only a final run opens", number(0, 1))
    .addOption(new Option("--sealed <share>").argParser(number(0, 1)).hideHelp())
    .option(
      "--rolling <n>",
      "for temporal: N test windows, a split each, trained on what came before",
      whole(1)
    )
    .option("--gap <time>", 'for temporal: leave this time out before the test part, such as "7 days"')
    .option("--column <name>", "for given: the column that names each row's part (train, validation, test)")
    .option("--seed <seed>", "seed of the split")
    .option("--json", "print JSON")
    .action(async (name: string, options) => (await import("./split.js")).splitVerb(name, options));

const run: Verb = (program) =>
  program
    .command("run [eval...]")
    .description("run evals: what the store holds already is reused, the rest is asked for")
    .option("-n, --limit <n>", "only N rows, drawn by the seed", whole(1))
    .option("-c, --candidate <name>", "only this candidate (repeatable)", list)
    .option("--repeat <k>", "completions per row", whole(1, 10_000))
    .option(
      "-j, --concurrency <n>",
      "most candidates' requests in flight at each endpoint, and as many of scorers', 16 unless told",
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
      "stop as partial when an endpoint that only fails does not recover for so long, 300 unless told",
      number(0)
    )
    .option(
      "--queue [url]",
      "let workers make the calls (`assay worker`), through Valkey at redis://HOST:6379, or ASSAY_QUEUE"
    )
    .option("--dry-run", "print the calls, tokens and cost expected, and call nobody")
    .option("--show-prompts <n>", "print the messages of the first N rows, and call nobody", whole(1))
    .option("--no-reuse", "ask again for what is in the store")
    .option("--retry-failed", "ask again for the rows that failed")
    .option("--final", "open the held-out part for evals that score it; noted with who, when and why")
    .option("--why <text>", "why the held-out part is opened now (with --final)")
    .option("--allow-code-execution", "let scorers run code that models wrote, in a sandbox")
    .option("--json", "print JSON")
    .action(async (names: string[], options) => (await import("./run.js")).runVerb(names, options));

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
        ? (await import("./keepRuns.js")).keepRunsVerb(options, id)
        : (await import("./runs.js")).runsVerb(id, other, options)
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
    .option("--slice <column>", "with --from: cut the rows by it, and show the figures (repeatable)", list)
    .option("--min-score <score>", "gate: the best scores at least this", number(0))
    .option("--max-regression <difference>", "gate: the best is at most this below the baseline", number(0))
    .option("--max-failure-share <share>", "gate: at most this share of rows without an answer", number(0, 1))
    .addOption(
      new Option("--publish <what>", "with --from: what pages may show of a row")
        .choices(["ids", "masked", "text"])
        .default("ids")
    )
    .option("--json", "print JSON")
    .action(async (run: string | undefined, options) =>
      (await import("./verdictVerb.js")).verdictVerb(run, options)
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
    .action(async (run: string | undefined, options) => (await import("./exit.js")).exitVerb(run, options));

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
    .action(async (names: string[], options) => (await import("./check.js")).checkVerb(names, options));

const sql: Verb = (program) =>
  program
    .command("sql [query]")
    .description("query the store with SQL; without a query, an interactive shell")
    .option("--json", "print JSON")
    .option("--csv", "print CSV")
    .action(async (query: string | undefined, options) => (await import("./sql.js")).sqlVerb(query, options));

const exportStore: Verb = (program) =>
  program
    .command("export [eval]")
    .description(
      "write the store's tables to a DuckDB file or a folder, a part of a dataset as chat examples for fine-tuning, or an eval as another tool takes it"
    )
    .option("--duckdb <file>", "one DuckDB database file")
    .option("--parquet <dir>", "a folder of Parquet files")
    .option("--csv <dir>", "a folder of CSV files")
    .option("--chat <file>", "chat JSONL for fine-tuning, checked, with a manifest beside it")
    .option("--dataset <name[@version]>", "with --chat: the dataset, its newest version unless named")
    .option("--split <split>", "with --chat: the split --part is taken from, instead of the newest")
    .option("--part <part>", "with --chat: the part, train unless told; never the held-out one")
    .option("--messages <column>", "with --chat: the column of messages; `messages` when there is one")
    .option("--prompt <column>", "with --chat: what is asked, the dataset's text unless told")
    .option("--completion <column>", "with --chat: what is answered, the dataset's label unless told")
    .option("--system <text>", "with --chat: a system message before every prompt")
    .option("--skip-unresolved", "with --chat: leave out rows with unresolved findings instead of refusing")
    .option("--skip-bad", "with --chat: leave out rows that make no valid example instead of refusing")
    .option("--promptfoo <file>", "an eval as promptfoo's configuration (YAML, with its tests beside it)")
    .option("--inspect <file>", "an eval's rows as a dataset of Inspect (JSONL)")
    .option("--json", "with --chat: print the manifest")
    .action(async (name: string | undefined, options) =>
      (await import("./export.js")).exportVerb(options, name)
    );

const doctor: Verb = (program) =>
  program
    .command("doctor [eval...]")
    .description("check this machine and every endpoint the evals use, and say what is missing")
    .option("--json", "print JSON")
    .action(async (names: string[], options) => (await import("./doctor.js")).doctorVerb(names, options));

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
    .option("--parallel <n>", "requests a language model computes together", whole(1, MOST_IN_FLIGHT))
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
    .option("--json", "print JSON")
    .action(async (recipe: string | undefined, options) =>
      (await import("./merge.js")).mergeVerb(recipe, options)
    );

const lineage: Verb = (program) =>
  program
    .command("lineage <name>")
    .description("what a model, run, version (NAME@VERSION) or split came from, and what was made of it")
    .addOption(new Option("--up", "only what it came from").conflicts("down"))
    .option("--down", "only what was made of it")
    .option("--json", "print JSON")
    .action(async (name: string, options) => (await import("./lineage.js")).lineageVerb(name, options));

const dev: Verb = (program) =>
  program
    .command("dev")
    .description(
      "serve the report on this machine, live: it reloads when a page or the store changes, and plans evals again when they or loaders do"
    )
    .option("-p, --port <port>", "port", port, 3000)
    .option("--open", "open it in the browser")
    .action(async (options) => (await import("./dev.js")).devVerb(options));

/** What `assay dev` calls when loaders or evals change. */
const replan: Verb = (program) =>
  program
    .command("replan [files...]", {hidden: true})
    .action(async (files: string[]) => (await import("./replan.js")).replanVerb(files));

const build: Verb = (program) =>
  program
    .command("build")
    .description("build the report as a static site in dist/")
    .action(async () => (await import("./build.js")).buildVerb());

const rebuild: Verb = (program) =>
  program
    .command("rebuild")
    .description("pull, run what is missing, check the gates, build the site: what a scheduled job calls")
    .option("-n, --limit <n>", "only N rows of each eval, drawn by the seed", whole(1))
    .option(
      "-j, --concurrency <n>",
      "most candidates' requests in flight at each endpoint, and as many of scorers', 16 unless told",
      whole(1, MOST_IN_FLIGHT)
    )
    .option("--budget-usd <usd>", "stop before more than this is spent", number(0))
    .option("--allow-code-execution", "let scorers run code that models wrote, in a sandbox")
    .option(
      "--queue [url]",
      "let workers make the calls (`assay worker`), through Valkey at redis://HOST:6379, or ASSAY_QUEUE"
    )
    .option("--no-build", "do not build the site")
    .action(async (options) => (await import("./rebuild.js")).rebuildVerb(options));

const init: Verb = (program) =>
  program
    .command("init [dir]")
    .description("start a project: a data loader, an eval, the pages and a CI workflow")
    .option(
      "--from <file...>",
      "another tool's: a promptfoo configuration, exports of OpenAI Evals, logs of Inspect or lm-eval"
    )
    .addOption(
      new Option("--sensitivity <level>", "with --from: how sensitive its rows are").choices([
        "public",
        "internal",
        "personal"
      ])
    )
    .action(async (dir: string | undefined, options) => (await import("./init.js")).initVerb(dir, options));

export const verbs: Verb[] = [
  init,
  pull,
  versions,
  importVersion,
  diff,
  drift,
  rows,
  card,
  purge,
  gc,
  pii,
  split,
  run,
  runs,
  verdict,
  exit,
  check,
  rebuild,
  dev,
  replan,
  build,
  merge,
  lineage,
  serve,
  doctor,
  sql,
  exportStore,
  finetune,
  ...queueVerbs,
  ...jobVerbs,
  ...costVerbs,
  ...languageVerbs
];
