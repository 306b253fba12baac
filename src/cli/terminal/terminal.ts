import {type Command, Option} from "commander";
import {printableLines, shown, withoutCommands} from "./escapes.js";
import {type LogFields, logLine, logsJson, logAsJson} from "./log.js";
import {outputWidth} from "./outputWidth.js";
import {wrapped} from "./wrap.js";

export {bold, dim, printable, printableLines} from "./escapes.js";
export {type TableColumn, table} from "./table.js";

/** Lines on standard output, wrapped for a terminal. The only escapes that pass are those of `bold` and `dim`. */
export function print(text: string): void {
  process.stdout.write(withoutCommands(wrapped(shown(text), outputWidth())) + "\n");
}

/** Lines to be copied, or of data: no break is added. */
export function printAsIs(text: string): void {
  process.stdout.write(withoutCommands(shown(text)) + "\n");
}

/** A line for the person at the keyboard on standard error, which leaves standard output to the results. */
export function note(text: string, fields?: LogFields): void {
  if (logsJson()) return logLine(text, fields);
  process.stderr.write(withoutCommands(wrapped(shown(text), outputWidth(process.stderr))) + "\n");
}

/** Lines that are commands to GitHub's runner. It reads both outputs; standard output may be JSON for another program. */
export function annotate(text: string): void {
  if (logsJson()) return logLine(text);
  process.stderr.write(printableLines(text) + "\n");
}

/** A `note` that says the same but once, however often it is asked to. */
export function notedOnce(): (text: string) => void {
  const told = new Set<string>();
  return (text) => {
    if (!told.has(text)) note(text);
    told.add(text);
  };
}

/** A reader that has seen enough (`| head`) ends nothing; a disk that is full is said in one line. */
export function watchOutput(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") return;
      process.exitCode = 1;
      if (stream === process.stdout) note(`assay: the output could not be written: ${error.message}`);
    });
}

export function printJson(value: unknown): void {
  printAsIs(JSON.stringify(value, null, 2));
}

/** `--log-format`, before or behind the name of any command. */
export function acceptLogFormat(command: Command): void {
  const option = new Option("--log-format <format>", "write standard error as text or JSON lines");
  command
    .addOption(option.choices(["text", "json"]).hideHelp(command.parent !== null))
    .on("option:log-format", (format: string) => {
      if (format === "json") logAsJson();
    })
    .configureOutput({writeErr: (text) => note(text.trimEnd(), {level: "error"})});
  for (const one of command.commands) acceptLogFormat(one);
}
