import {type DeclareCommand, portOption} from "../terminal/arguments.js";

export const reportCommands: DeclareCommand[] = [
  (program) =>
    program
      .command("dev")
      .summary("serve the report here and keep it up to date")
      .description(
        "Serve the report on this machine. Reloads when a page or the store changes, and plans evals again when they or their loaders change."
      )
      .option("-p, --port <port>", "listen on this port", portOption, 3000)
      .option("--open", "open the report in the browser")
      .action(async (options) => (await import("./dev.js")).devVerb(options)),
  // What `assay dev` calls when loaders or evals change.
  (program) =>
    program
      .command("replan [files...]", {hidden: true})
      .action(async (files: string[]) => (await import("./replan.js")).replanVerb(files)),
  (program) =>
    program
      .command("build")
      .summary("build the report as a static site in dist/")
      .description("Build the report as a static site in dist/.")
      .action(async () => (await import("./build.js")).buildVerb())
];
