import {type Command, Option} from "commander";
import {costVerbs} from "./costVerbs.js";
import {dataVerbs} from "./dataVerbs.js";
import {finetune} from "./finetuneVerbs.js";
import {jobVerbs} from "./jobVerbs.js";
import {languageVerbs} from "./languageVerbs.js";
import {modelVerbs} from "./modelVerbs.js";
import {queueVerbs} from "./queueVerbs.js";
import {runVerbs} from "./runVerbs.js";
import {siteVerbs} from "./siteVerbs.js";
import {storeVerbs} from "./storeVerbs.js";

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
    .action(async (dir: string | undefined, options) => (await import("./init.js")).initVerb(dir, options));

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
