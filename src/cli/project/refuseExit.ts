import {fileURLToPath} from "node:url";
import {UserError} from "../../base/validation/index.js";

const ENGINE = fileURLToPath(new URL("../../", import.meta.url));

/** Assay's own files, not the demo beside them. */
const isOwn = (file: string) =>
  file.startsWith(ENGINE) && !/^(evals|data-loaders|finetunes)\//.test(file.slice(ENGINE.length));

/** Projects whose code does not end the process. */
const guarded = new Set<string>();

let guard: typeof process.exit | undefined;

/** From now on a call of `process.exit` by a project's own code throws UserError: a scorer that ends the process would end a run with 0. */
export function refuseExit(project: string): void {
  guarded.add(project);
  // Whoever else sets it may have taken ours away.
  if (process.exit === guard) return;
  const {exit} = process;
  process.exit = guard = (code) => {
    const place = placeInProject(new Error().stack ?? "");
    if (place !== undefined) throw new UserError(`${place} calls process.exit. Take that call out.`);
    return exit.call(process, code);
  };
}

/** The first place of a stack that is in a project and neither in a package nor in Assay: "evals/a.eval.ts line 3". */
function placeInProject(stack: string): string | undefined {
  for (const line of stack.split("\n").slice(1)) {
    const [, where, row] =
      /(?:\(|at (?:async )?)((?:file:\/\/)?\/[^?:]+)(?:\?[^:]*)?:(\d+):\d+\)?$/.exec(line) ?? [];
    if (where === undefined) continue;
    const file = where.startsWith("file:") ? fileURLToPath(where) : where;
    const project = [...guarded].find((one) => file.startsWith(`${one}/`));
    if (project === undefined || file.includes("/node_modules/") || isOwn(file)) continue;
    return `${file.slice(project.length + 1)} line ${row}`;
  }
  return undefined;
}
