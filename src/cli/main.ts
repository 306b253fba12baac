#!/usr/bin/env node
import module from "node:module";
import {Command, CommanderError} from "commander";
import {fail} from "./terminal/fail.js";
import {acceptLogFormat} from "./terminal/logFormat.js";
import {outputWidth} from "./terminal/outputWidth.js";
import {note, watchOutput} from "./terminal/terminal.js";
import {verbs} from "./commands.js";
import {assayVersion} from "./project/version.js";
import {wrapped} from "./terminal/wrap.js";

// Node 22.1 and later keep what they compiled for the next start.
(module as {enableCompileCache?: () => unknown}).enableCompileCache?.();
watchOutput();
// What no command waited for ends as plainly as the rest.
for (const event of ["uncaughtException", "unhandledRejection"])
  process.on(event, (error: unknown) => void fail(error).then((code) => process.exit(code)));

/** The least columns that descriptions are wrapped into. The default leaves a terminal of 80 columns to break them inside words. */
const narrowestHelp = outputWidth() === undefined ? 40 : 12;
const HELP_END = `
Files:
  data-loaders/*.ts   one dataset each (default export of defineDataset)
  evals/*.eval.ts     one eval each (default export of defineEval)
  .assay/             the store: versions, splits, models, runs (ASSAY_DIR names another folder)

Exit codes: 0 done, 1 error, 2 wrong usage. \`assay check\`: 0 pass, 100 fail, 101 undecided; \`assay drift\`: 0 steady, 100 drifted, 101 cannot tell.`;

const program = new Command("assay")
  .description(
    "Data versions, leak-free splits, evals, merges and the decision between models, with its uncertainty."
  )
  .version(assayVersion(), "-V, --version")
  .enablePositionalOptions() // so that a verb may have a --version of its own
  .showHelpAfterError("(`assay help` lists the commands)")
  .showSuggestionAfterError()
  .exitOverride()
  .configureHelp({sortSubcommands: false, minWidthToWrap: narrowestHelp})
  .addHelpText("after", () => wrapped(HELP_END, outputWidth()));
for (const verb of verbs) verb(program);
pointToHelp(program.commands, "assay");
acceptLogFormat(program);

// The code of a process that ran out of work while it still waited for something.
const UNSETTLED = 13;
process.on("exit", () => {
  if (process.exitCode !== UNSETTLED) return;
  note(
    "assay: the command waited for what can never come: a promise of yours, in a definition or what it imports, that neither resolves nor rejects. Nothing that was kept is lost.",
    {level: "error"}
  );
  process.exitCode = 1;
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else process.exitCode = await fail(error);
}

/** What was typed wrong names the help of its own command. */
function pointToHelp(commands: readonly Command[], parent: string): void {
  for (const command of commands) {
    const name = `${parent} ${command.name()}`;
    command.showHelpAfterError(`(\`${name} --help\` tells its arguments and options)`);
    pointToHelp(command.commands, name);
  }
}
