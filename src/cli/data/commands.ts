import {Option} from "commander";
import {
  type DeclareCommand,
  listOption,
  numberOption,
  reasonOption,
  portOption,
  wholeOption
} from "../terminal/arguments.js";

export const dataCommands: DeclareCommand[] = [
  (program) =>
    program
      .command("pull [name...]")
      .summary("read sources; make a version of what changed")
      .description("Read the sources of all or the named datasets. Makes a version where content changed.")
      .option("--skip-bad", "leave out unreadable lines and list them beside the version")
      .option("--json", "print JSON")
      .action(async (names: string[], options) => (await import("./pull.js")).pullVerb(names, options)),
  (program) =>
    program
      .command("receive <name>")
      .summary("receive OpenTelemetry spans of models for a dataset")
      .description(
        "Receive OpenTelemetry spans (OTLP over HTTP, this machine only) for a dataset until Ctrl-C."
      )
      .option("-p, --port <port>", "listen on this port; 0 takes a free one", portOption, 4318)
      .action(async (name: string, options) => (await import("./receive.js")).receiveVerb(name, options)),
  (program) =>
    program
      .command("versions [name]")
      .summary("list versions, or export one to a folder")
      .description("List the versions of one or all datasets, or export one (NAME@VERSION) to a folder.")
      .option("--export <dir>", "copy the version, its ledger and its card to DIR, for `assay import`")
      .option("--with-held-out", "with --export: include held-out rows; recorded with who, when, why")
      .addOption(new Option("--with-sealed").implies({withHeldOut: true}).hideHelp())
      .option("--why <text>", "with --with-held-out: record why held-out rows are opened", reasonOption)
      .option("--json", "print JSON")
      .action(async (name: string | undefined, options) =>
        (await import("./versions.js")).versionsVerb(name, options)
      ),
  (program) =>
    program
      .command("import <name@version>")
      .summary("take over a version that was exported elsewhere")
      .description("Take over an exported version of a dataset by its id. Refuses other content.")
      .requiredOption("--from <dir or url>", "read from an export (folder or http address) or a project")
      .option("--json", "print JSON")
      .action(async (name: string, options) => (await import("./import.js")).importVerb(name, options)),
  (program) =>
    program
      .command("diff <name> [before] [after]")
      .summary("compare two versions of a dataset")
      .description("Show what changed between two versions, by default the newest and the one before it.")
      .option("--sample <n>", "show N row ids for each kind of change", wholeOption(0))
      .option("--json", "print JSON")
      .action(async (name: string, before: string | undefined, after: string | undefined, options) =>
        (await import("./diff.js")).diffVerb(name, before, after, options)
      ),
  (program) =>
    program
      .command("drift <name>")
      .summary("test whether a dataset drifted from a version")
      .description(
        "Test whether a dataset drifted from a version. Exit code 0: no, 100: yes, 101: too little data."
      )
      .requiredOption("--against <version>", "compare with this version")
      .option("--version <version>", "test this version instead of the newest")
      .option("--psi <index>", "count a population stability index of this or more", numberOption(0), 0.25)
      .option("--json", "print JSON")
      .action(async (name: string, options) => (await import("./drift.js")).driftVerb(name, options)),
  (program) =>
    program
      .command("rows <name>")
      .summary("show rows, or the prompt made of one")
      .description("Show rows of a dataset, or with --prompt the messages that an eval made of one row.")
      .option("--version <version>", "read this version instead of the newest")
      .option("--part <part>", "show only rows of this part of a split")
      .option("--split <split>", "with --part: use this split, if the version has several")
      .option("--where <sql>", "show only rows that meet this condition")
      .option("--undetermined <filter>", "show only rows that a filter kept because it could not decide")
      .option("--prompt <row>", "show the messages that eval or run NAME made of this row")
      .option("-n, --limit <n>", "show at most N rows", wholeOption(1), 20)
      .option("--json", "print JSON")
      .action(async (name: string, options) => (await import("./rows.js")).rowsVerb(name, options)),
  (program) =>
    program
      .command("split <name>")
      .summary("divide a dataset into parts and measure leakage")
      .description("Divide the newest version of a dataset by one or several strategies and compare them.")
      .option(
        "--strategy <strategy>",
        "random, group, stratified[-group], temporal, cluster or given (repeatable)",
        listOption
      )
      .option("--compare", "compare all strategies that the dataset's columns allow")
      .option("--leaks", "list test rows that leak into training, each with its training row")
      .option("--measure", "make no split; measure existing splits that lack it")
      .option("--test <share>", "set the share of the test part", numberOption(0, 1))
      .option("--validation <share>", "set the share of the validation part", numberOption(0, 1))
      .option("--held-out <share>", "set the share held out until a final run", numberOption(0, 1))
      .addOption(new Option("--sealed <share>").argParser(numberOption(0, 1)).hideHelp())
      .option("--rolling <n>", "temporal: make N splits with later and later test windows", wholeOption(1))
      .option("--gap <time>", 'temporal: leave out this time before the test part, such as "7 days"')
      .option("--column <name>", "given: read each row's part (train, validation, test) from this column")
      .option("--seed <seed>", "set the seed of the split")
      .option("--json", "print JSON")
      .action(async (name: string, options) => (await import("./split.js")).splitVerb(name, options)),
  (program) =>
    program
      .command("pii <name>")
      .summary("find personal data and secrets; keep a ledger")
      .description("Find personal data and secrets in a version of a dataset, and keep a ledger of them.")
      .option("--version <version>", "search this version instead of the newest")
      .option("--names", "find people and places too; slower and less certain")
      .option("--labels <file>", "print precision and recall by type on a labelled sample (JSON, JSONL)")
      .option("--accept <rule or row>", "accept the findings of a rule or a row (with --reason)")
      .option("--reason <text>", "record why they are accepted", reasonOption)
      .option("--json", "print JSON")
      .action(async (name: string, options) => (await import("./pii.js")).piiVerb(name, options)),
  (program) =>
    program
      .command("purge <name>")
      .summary("erase rows from the store for good")
      .description("Erase rows from all versions, runs and journals of the store, and keep them out.")
      .option("--where <sql>", "erase rows that meet this condition on the dataset's columns")
      .option("--keep-model <id>", "allow the use of a model that was trained on erased rows")
      .option("--reason <text>", "record why; do not name the person", reasonOption)
      .option("--dry-run", "with --where: print which rows would go and what else would lose or keep them")
      .option("--json", "print JSON")
      .action(async (name: string, options) => (await import("./purge.js")).purgeVerb(name, options)),
  (program) =>
    program
      .command("card <name>")
      .summary("write a dataset card (Hugging Face, Croissant)")
      .description("Write a version's card: a Hugging Face dataset card or Croissant metadata.")
      .addOption(new Option("--format <format>", "set the format").choices(["hf", "croissant"]).default("hf"))
      .option("--version <version>", "describe this version instead of the newest")
      .option("--url <url>", "Croissant: state where the dataset is published")
      .option("--creator <name>", "Croissant: state who made it")
      .option("-o, --out <file>", "write to FILE instead of the terminal")
      .option("--overwrite", "replace an existing file that Assay did not write or that was changed")
      .action(async (name: string, options) => (await import("./card.js")).cardVerb(name, options))
];
