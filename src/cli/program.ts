import module from "node:module";
import {Command, CommanderError} from "commander";
import {fail} from "./terminal/fail.js";
import {endUnloaded} from "./terminal/endUnloaded.js";
import {helpEnd, helpForm} from "./terminal/help.js";
import {acceptLogFormat, note, watchOutput} from "./terminal/terminal.js";
import {declareCommands} from "./commands.js";
import {assayVersion} from "./project/version.js";

// Node 22.1 and later keep what they compiled for the next start.
(module as {enableCompileCache?: () => unknown}).enableCompileCache?.();
watchOutput();
// An error that no command awaited ends with the same plain message; further ones are of the same cause.
let ending: Promise<void> | undefined;
for (const event of ["uncaughtException", "unhandledRejection"])
  process.on(event, (error: unknown) => {
    ending ??= fail(error).then(
      (code) => process.exit(code),
      () => endUnloaded(error)
    );
  });

const program = new Command("assay")
  .description(
    "Version data, split it without leaks, evaluate and merge models, and choose between them with the uncertainty."
  )
  .version(assayVersion(), "-V, --version", "print the version")
  .enablePositionalOptions() // `assay rows --version` is its own option
  .showHelpAfterError("(`assay help` lists the commands)")
  .showSuggestionAfterError()
  .exitOverride()
  .configureHelp(helpForm)
  .helpOption("-h, --help", "print this help")
  .addHelpText("after", helpEnd)
  .commandsGroup("Start:")
  .helpCommand("help [command]", "print the help of a command");
declareCommands(program);
pointToHelp(program.commands, "assay");
acceptLogFormat(program);

// Node's exit code for a process whose top-level await never settled.
const UNSETTLED = 13;
process.on("exit", () => {
  if (process.exitCode !== UNSETTLED) return;
  note(
    "assay: the command ended while waiting for a promise that never settles, in a definition or in what it imports. Stored results are kept.",
    {level: "error"}
  );
  process.exitCode = 1;
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else process.exitCode = await fail(error).catch(() => endUnloaded(error));
}

/** Wrong usage points to the help of its own command. */
function pointToHelp(commands: readonly Command[], parent: string): void {
  for (const command of commands) {
    const name = `${parent} ${command.name()}`;
    command.showHelpAfterError(`(\`${name} --help\` lists its arguments and options)`);
    pointToHelp(command.commands, name);
  }
}
