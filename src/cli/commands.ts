import type {Command} from "commander";
import {dataCommands} from "./data/commands.js";
import {evalCommands} from "./evals/commands.js";
import {modelCommands} from "./models/commands.js";
import {reportCommands} from "./report/commands.js";
import {startCommands} from "./start/commands.js";
import {storeCommands} from "./store/commands.js";
import type {DeclareCommand} from "./terminal/arguments.js";

/** The groups of `assay --help`: each has a folder of this name, and its commands in the order of their use. */
const groups: Record<string, readonly DeclareCommand[]> = {
  Start: startCommands,
  Data: dataCommands,
  Models: modelCommands,
  Evals: evalCommands,
  Report: reportCommands,
  Store: storeCommands
};

export function declareCommands(program: Command): void {
  for (const [heading, commands] of Object.entries(groups)) {
    program.commandsGroup(`${heading}:`);
    for (const declare of commands) declare(program);
  }
}
