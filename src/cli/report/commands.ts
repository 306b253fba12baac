import {MOST_IN_FLIGHT, number, port, whole} from "../terminal/arguments.js";
import type {Verb} from "../commands.js";

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
      "most requests in flight at each endpoint, of candidates and of scorers each: 16 unless told (of candidates 256 with --queue)",
      whole(1, MOST_IN_FLIGHT)
    )
    .option("--budget-usd <usd>", "stop before more than this is spent", number(0))
    .option("--allow-code-execution", "let scorers run code that models wrote, in a sandbox")
    .option(
      "--queue [url]",
      "let workers make the calls (`assay worker`), through Valkey at redis://HOST:6379, or ASSAY_QUEUE"
    )
    .option("--no-build", "do not build the site")
    .action(async (options) => (await import("../start/rebuild.js")).rebuildVerb(options));

export const siteVerbs: Verb[] = [rebuild, dev, replan, build];
