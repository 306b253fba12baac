import {register} from "node:module";
import {relative, sep} from "node:path";
import {pathToFileURL} from "node:url";
import {messageOf, UserError} from "../../base/validation/index.js";
import {note} from "../terminal/terminal.js";
import {refuseExit} from "./refuseExit.js";

let registered = false;

/** Lets this process import TypeScript. The compiler works in the folder that is the process's own at the first call. */
export async function acceptTypeScript(): Promise<void> {
  if (registered) return;
  // Node takes files for CommonJS where no package.json says `"type": "module"`.
  (await import("tsx/cjs/api")).register();
  (await import("tsx/esm/api")).register();
  const engine = new URL("../../", import.meta.url).href;
  // From its source, Assay is compiled by whatever runs it.
  if (import.meta.url.endsWith(".js"))
    register(new URL("../../base/fingerprint/engineHooks.js", import.meta.url), {data: {engine}});
  registered = true;
}

/**
 * What a TypeScript file exports by default. Throws UserError, without the file's name, when it cannot be loaded, ends the
 * process, or exports nothing; where in the project it broke is told.
 */
export async function importDefinition(project: string, file: string): Promise<unknown> {
  await acceptTypeScript();
  refuseExit(project);
  const unfinished = () => {
    process.exitCode = 1;
    note(`assay: ${relative(project, file)} never finishes loading: something it awaits never comes.`, {
      level: "error"
    });
  };
  // Before what `assay` itself says of a process that ends so.
  process.prependOnceListener("exit", unfinished);
  try {
    return defaultOf(await import(pathToFileURL(file).href));
  } catch (error) {
    // The project's own copy of Assay may have made it.
    if ((error as Error | undefined)?.name === "UserError") {
      // Whoever reports it names the file.
      const {message} = error as Error;
      const own = `${relative(project, file)} `;
      throw message.startsWith(own) ? new UserError(message.slice(own.length), {cause: error}) : error;
    }
    const hint = /Top-level await .*"cjs"/.test(messageOf(error))
      ? ' Add "type": "module" to package.json.'
      : "";
    throw new UserError(`it could not be loaded: ${shortened(error, project)}${hint}`, {cause: error});
  } finally {
    process.off("exit", unfinished);
  }
}

/** Of a file that was compiled to CommonJS, the default export of what it exports by default. */
function defaultOf(module: unknown): unknown {
  const {default: exported} = module as {default?: unknown};
  const isCompiled = typeof exported === "object" && exported !== null && "__esModule" in exported;
  return isCompiled ? (exported as {default?: unknown}).default : exported;
}

/** What was thrown, in a few lines, with the first place in the project that its stack names. */
function shortened(error: unknown, project: string): string {
  const said = messageOf(error).trim().split("\n").slice(0, 4).join("\n").slice(0, 500);
  const place =
    error instanceof Error &&
    error.stack?.split(project + "/").find((part, i) => i > 0 && !part.startsWith("node_modules"));
  const at = place ? /^([^:()\n?]+)[^:()\n]*:(\d+)/.exec(place) : null;
  return at && !said.includes(`${at[1]}:${at[2]}`)
    ? `${said} (${at[1]} line ${at[2]})`
    : said || "nothing was said why";
}

/** Throws for a folder from which Node loads no module, so that no definition in it can be read. */
export function assertLoads(folder: string): void {
  if (sep === "/" && folder.includes("\\"))
    throw new UserError(
      `the path ${folder} has a "\\", and Node loads no module from such a folder. Rename it, and call again.`
    );
}
