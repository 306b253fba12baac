import {relative} from "node:path";
import {fileURLToPath} from "node:url";
import {note} from "./terminal.js";

/** Prints an error for the person at the keyboard and gives the exit code. DEBUG=assay adds the stack. */
export async function fail(error: unknown): Promise<number> {
  const {UsageError} = await import("../../base/validation/errors.js");
  note(`assay: ${shortened(await plainError(error))}`, {level: "error"});
  if (isDebugging() && error instanceof Error) note(error.stack ?? "", {level: "error"});
  const {exitCode} = (error ?? {}) as {exitCode?: number};
  return exitCode ?? (error instanceof UsageError ? 2 : 1);
}

/** Where, what was found and what to do next, in no words but a person's, whatever was thrown. */
export async function plainError(error: unknown): Promise<string> {
  const {messageOf} = await import("../../base/validation/errors.js");
  const message = messageOf(error);
  // A project's own copy of Assay has errors of its own class.
  if (/^(User|Usage|Endpoint)Error$/.test((error as Error | undefined)?.name ?? "")) return message;
  const {syscall} = (error ?? {}) as NodeJS.ErrnoException;
  if (syscall === "uv_cwd")
    return "the folder you are in does not exist any more. Go to another one and call again.";
  const {refusedByMachine} = await import("../../base/system/machineError.js");
  const refused = refusedByMachine(error);
  if (refused !== undefined) return refused;
  const {plainSql} = await import("../../base/store/plainSql.js");
  if (/^(?:[A-Z][A-Za-z]+ ){1,3}Error: /.test(message))
    return `a query failed: ${plainSql(message)}. ${DETAILS}`;
  const place = placeInProject(error);
  if (place !== undefined)
    return `${place}: ${message}. The project's own code threw this while the command ran. Stored results are kept.`;
  return `the command stopped at an error of its own. Nothing half-written is left. ${DETAILS}`;
}

/** The file and line of a project's own code that threw an error; undefined when the engine or a package did. */
function placeInProject(error: unknown): string | undefined {
  const {stack = ""} = (error ?? {}) as Partial<Error>;
  const frame =
    /^ {4}at (?:[^\n]*\()?(?:file:\/\/)?(\/[^\n?]+?\.[cm]?[jt]s)(?:\?[^:\n]*)?:(\d+):\d+\)?$/m.exec(stack);
  const engine = fileURLToPath(new URL("../..", import.meta.url));
  if (!frame || frame[1]!.startsWith(engine) || frame[1]!.includes("/node_modules/")) return undefined;
  const [, file, line] = frame;
  return `${relative(process.env.ASSAY_PROJECT ?? process.cwd(), file!)} line ${line}`;
}

const DETAILS = "Call it again with DEBUG=assay for the details, and report them if this should have worked.";
const LONGEST = 990;

/** A message that fills the screen is not read. */
function shortened(message: string): string {
  if (message.length <= LONGEST || isDebugging()) return message;
  return `${message.slice(0, LONGEST - 40)}… (DEBUG=assay shows all of it)`;
}

const isDebugging = () => process.env.DEBUG?.includes("assay") === true;
