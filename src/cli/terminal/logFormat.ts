import {type Command, Option} from "commander";
import {logAsJson} from "./log.js";
import {note} from "./terminal.js";

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
