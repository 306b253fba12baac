import {type DeclareCommand, wholeOption} from "../terminal/arguments.js";

export const storeCommands: DeclareCommand[] = [
  (program) =>
    program
      .command("sql [query]")
      .summary("query the store with SQL")
      .description("Query the store with SQL. Without a query, opens an interactive shell.")
      .option("--json", "print JSON")
      .option("--csv", "print CSV")
      .action(async (query: string | undefined, options) =>
        (await import("./sql.js")).sqlVerb(query, options)
      ),
  (program) =>
    program
      .command("export [eval]")
      .summary("write tables, training examples or an eval to files")
      .description(
        "Write the store's tables, a part of a dataset as chat examples, or an eval for another tool."
      )
      .option("--duckdb <file>", "write all tables to a DuckDB database file")
      .option("--parquet <dir>", "write all tables to a folder as Parquet files")
      .option("--csv <dir>", "write all tables to a folder as CSV files")
      .option("--chat <file>", "write checked chat JSONL for fine-tuning, with a manifest beside it")
      .option(
        "--dataset <name[@version]>",
        "--chat: read this dataset (default: the only one, newest version)"
      )
      .option("--split <split>", "--chat: use this split, if the version has several")
      .option("--part <part>", "--chat: write this part, never the held-out one (default: train)")
      .option("--messages <column>", "--chat: read messages from this column (default: messages, if any)")
      .option("--prompt <column>", "--chat: read prompts from this column (default: the dataset's text)")
      .option("--completion <column>", "--chat: read answers from this column (default: the label)")
      .option("--system <text>", "--chat: put a system message before every prompt")
      .option("--skip-unresolved", "leave out rows with unresolved findings instead of refusing")
      .option("--skip-bad", "--chat: leave out rows without a valid example instead of refusing")
      .option("--promptfoo <file>", "write EVAL as a promptfoo configuration (YAML, tests beside it)")
      .option("--inspect <file>", "write the rows of EVAL as an Inspect dataset (JSONL)")
      .option("--overwrite", "replace existing files that Assay did not write or that were changed")
      .option("--json", "print JSON: the manifest (--chat), or what was written and left out (EVAL)")
      .action(async (name: string | undefined, options) =>
        (await import("./export.js")).exportVerb(options, name)
      ),
  (program) =>
    program
      .command("gc")
      .summary("remove versions and splits that nothing refers to")
      .description("Remove old versions and splits that no run, model or split refers to.")
      .option("--keep <n>", "keep the newest N versions of each dataset", wholeOption(1), 3)
      .option("--dry-run", "print what would be removed")
      .option("--json", "print JSON")
      .action(async (options) => (await import("./gc.js")).gcVerb(options))
];
