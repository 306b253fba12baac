import {type Command, Option} from "commander";
import {costVerbs} from "./evals/costCommands.js";
import {dataVerbs} from "./data/commands.js";
import {finetune} from "./models/training/finetuneCommands.js";
import {jobVerbs} from "./models/training/jobCommands.js";
import {languageVerbs} from "./models/languageCommands.js";
import {modelVerbs} from "./models/commands.js";
import {queueVerbs} from "./evals/queueCommands.js";
import {runVerbs} from "./evals/commands.js";
import {siteVerbs} from "./report/commands.js";
import {storeVerbs} from "./store/commands.js";

/** Each verb declares its words here and loads its code when called, so that `assay --help` stays quick. */
export type Verb = (program: Command) => void;

const init: Verb = (program) =>
  program
    .command("init [dir]")
    .description("start a project: a data loader, an eval, the pages and a CI workflow")
    .option(
      "--from <file...>",
      "another tool's: a promptfoo configuration, exports of OpenAI Evals, logs of Inspect or lm-eval"
    )
    .addOption(
      new Option("--sensitivity <level>", "with --from: how sensitive its rows are").choices([
        "public",
        "internal",
        "personal"
      ])
    )
    .action(async (dir: string | undefined, options) => (await import("./start/init.js")).initVerb(dir, options));

/** In the order of `assay --help`. */
export const verbs: Verb[] = [
  init,
  ...dataVerbs,
  ...runVerbs,
  ...siteVerbs,
  ...modelVerbs,
  ...storeVerbs,
  finetune,
  ...queueVerbs,
  ...jobVerbs,
  ...costVerbs,
  ...languageVerbs
];
