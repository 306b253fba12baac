#!/usr/bin/env node
import {Command, CommanderError} from "commander";
import {fail} from "./fail.js";
import {acceptLogFormat} from "./logFormat.js";
import {watchOutput} from "./terminal.js";
import {verbs} from "./verbs.js";
import {assayVersion} from "./version.js";

watchOutput();
// What no command waited for ends as plainly as the rest.
for (const event of ["uncaughtException", "unhandledRejection"])
  process.on(event, (error: unknown) => void fail(error).then((code) => process.exit(code)));

const program = new Command("assay")
  .description(
    "Data versions, leak-free splits, evals, merges and the decision between models, with its uncertainty."
  )
  .version(assayVersion(), "-V, --version")
  .enablePositionalOptions() // so that a verb may have a --version of its own
  .showHelpAfterError("(`assay help` lists the commands)")
  .showSuggestionAfterError()
  .exitOverride()
  .configureHelp({sortSubcommands: false})
  .addHelpText(
    "after",
    `
Files:
  data-loaders/*.ts   one dataset each (default export of defineDataset)
  evals/*.eval.ts     one eval each (default export of defineEval)
  .assay/             the store: versions, splits, models, runs (ASSAY_DIR names another folder)

Exit codes: 0 done, 1 error, 2 wrong usage. \`assay check\`: 0 pass, 100 fail, 101 undecided; \`assay drift\`: 0 steady, 100 drifted, 101 cannot tell.`
  );
for (const verb of verbs) verb(program);
acceptLogFormat(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else process.exitCode = await fail(error);
}
