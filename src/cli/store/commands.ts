import type {Verb} from "../commands.js";

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
    .option("--split <split>", "with --chat: the split --part is taken from, where the version has several")
    .option("--part <part>", "with --chat: the part, train unless told; never the held-out one")
    .option("--messages <column>", "with --chat: the column of messages; `messages` when there is one")
    .option("--prompt <column>", "with --chat: what is asked, the dataset's text unless told")
    .option("--completion <column>", "with --chat: what is answered, the dataset's label unless told")
    .option("--system <text>", "with --chat: a system message before every prompt")
    .option("--skip-unresolved", "with --chat: leave out rows with unresolved findings instead of refusing")
    .option("--skip-bad", "with --chat: leave out rows that make no valid example instead of refusing")
    .option("--promptfoo <file>", "an eval as promptfoo's configuration (YAML, with its tests beside it)")
    .option("--inspect <file>", "an eval's rows as a dataset of Inspect (JSONL)")
    .option("--overwrite", "replace files that are there and not as Assay wrote them")
    .option(
      "--json",
      "print JSON: with --chat the manifest, with an eval what was written and what was not taken over"
    )
    .action(async (name: string | undefined, options) =>
      (await import("./export.js")).exportVerb(options, name)
    );

const doctor: Verb = (program) =>
  program
    .command("doctor [eval...]")
    .description("check this machine and every endpoint the evals use, and say what is missing")
    .option("--json", "print JSON")
    .action(async (names: string[], options) => (await import("../start/doctor.js")).doctorVerb(names, options));

export const storeVerbs: Verb[] = [doctor, sql, exportStore];
