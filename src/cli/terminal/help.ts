import type {Command, HelpConfiguration} from "commander";
import {outputWidth} from "./outputWidth.js";
import {wrapped} from "./wrap.js";

/** The least columns that descriptions are wrapped into beside their terms. Where fewer are left they stand below. */
const NARROWEST = 28;

/** The form of every command's help: names alone in the list of all, descriptions below their terms in a narrow terminal. */
export const helpForm: HelpConfiguration = {
  sortSubcommands: false,
  subcommandTerm: (command) =>
    command.parent?.parent ? `${command.name()} ${argumentsOf(command)}`.trim() : command.name(),
  formatItem(term, termWidth, description, helper) {
    const left = (helper.helpWidth ?? 80) - termWidth - 4;
    const [start, width] = left < NARROWEST ? ["\n      ", termWidth + left - 2] : ["", left];
    if (!description) return `  ${term}`;
    const lines = helper.boxWrap(description, width).split("\n");
    return start
      ? `  ${term}${lines.map((line) => start + line).join("")}`
      : `  ${term.padEnd(termWidth)}  ${lines.join(`\n${" ".repeat(termWidth + 4)}`)}`;
  },
  minWidthToWrap: 12
};

const argumentsOf = (command: Command) => command.usage().replace(/\[(?:options|command)\] ?/g, "");

const HELP_END = `
Files:
  data-loaders/*.ts   one dataset each (default export of defineDataset)
  evals/*.eval.ts     one eval each (default export of defineEval)
  .assay/             the store: versions, splits, models, runs (ASSAY_DIR names another folder)

Exit codes: 0 done, 1 error, 2 wrong usage. \`assay check\`: 100 fail, 101 undecided. \`assay drift\`: 100 drifted, 101 too little data.`;

export const helpEnd = () => wrapped(HELP_END, outputWidth() ?? 80);
