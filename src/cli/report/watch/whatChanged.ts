import {basename} from "node:path";
import type {WatchedDefinition, WatchedFile} from "./watchedFiles.js";

export interface Changed {
  /** What to tell of files whose change no plan takes over: the command that does. */
  told: string[];
  /** The files that changed of which plans are made. */
  replanned: string[];
  /** The loaders whose rows come from code that they import and that changed. */
  loaders: string[];
}

/** What a change of a project's files asks for: plans anew, or a word on the command that takes it over. */
export function changedFiles(files: readonly WatchedFile[]): Changed {
  const isPlanned = ({path}: WatchedDefinition) => /^(data-loaders|evals)\//.test(path);
  const told = files.flatMap(({path, kind, usedBy}) => {
    const commands = usedBy.filter((by) => kind === "data" || !isPlanned(by)).flatMap(commandOf);
    return commands.length === 0 ? [] : [`${path} changed: ${[...new Set(commands)].join(", ")}`];
  });
  const planned = files.filter(({kind, usedBy}) => kind !== "data" && usedBy.some(isPlanned));
  return {
    told,
    replanned: planned.map(({path}) => path),
    loaders: planned.flatMap(({usedBy}) =>
      usedBy.map((by) => by.path).filter((path) => path.startsWith("data-loaders/"))
    )
  };
}

/** The command that carries a definition out; of all of its kind where its name is not known. */
function commandOf({path, name}: WatchedDefinition): string[] {
  const command = (verb: string) => [name === undefined ? verb : `${verb} ${name}`];
  if (path.startsWith("data-loaders/")) return command("assay pull");
  if (path.startsWith("evals/")) return ["assay pull"];
  if (path.endsWith(".finetune.ts")) return command("assay finetune");
  return path.endsWith(".job.ts") ? [`assay jobs submit ${name ?? basename(path, ".job.ts")}`] : [];
}
