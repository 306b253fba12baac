import {Option} from "commander";
import {list, number, whole} from "../terminal/arguments.js";
import type {Verb} from "../commands.js";

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
    .option("--split <split>", "the split --part is taken from, where the version has several")
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
    .option(
      "--dry-run",
      "with --where: only say which rows would go, and what else would lose them or still have them"
    )
    .option("--json", "print JSON")
    .action(async (name: string, options) => (await import("./purge.js")).purgeVerb(name, options));

const gc: Verb = (program) =>
  program
    .command("gc")
    .description("remove old versions and splits that no run, model or split refers to")
    .option("--keep <n>", "newest versions of each dataset that stay in any case", whole(1), 3)
    .option("--dry-run", "only say what would go")
    .option("--json", "print JSON")
    .action(async (options) => (await import("../store/gc.js")).gcVerb(options));

const card: Verb = (program) =>
  program
    .command("card <name>")
    .description("write a version's card: a Hugging Face dataset card or Croissant metadata")
    .addOption(new Option("--format <format>", "what to write").choices(["hf", "croissant"]).default("hf"))
    .option("--version <version>", "the version, instead of the newest")
    .option("--url <url>", "where the dataset is published, for Croissant")
    .option("--creator <name>", "who made it, for Croissant")
    .option("-o, --out <file>", "file to write, instead of the terminal")
    .option("--overwrite", "replace a file that is there and not as Assay wrote it")
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

export const dataVerbs: Verb[] = [
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
  split
];
