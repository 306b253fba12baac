import {UserError} from "./errors.js";

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Windows keeps these for devices, with any ending. */
const DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;

/** Names become folders: letters, digits, dot, dash and underscore, beginning with a letter or digit. */
export function checkName(kind: string, name: string): string {
  const problem = nameProblem(name);
  if (problem !== undefined) throw new UserError(`${kind} name ${problem}`);
  return name;
}

/** Why a name cannot be a folder's on every system, beginning with the name; undefined when it can. */
export function nameProblem(name: string): string | undefined {
  const shown = JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
  if (!NAME.test(name) || name.includes("..") || name.endsWith("."))
    return `${shown} cannot be a folder's name. Use letters, digits, ".", "-" and "_" (128 at most), beginning with a letter or digit and not ending with a dot.`;
  if (DEVICE.test(name)) return `${shown} cannot be a folder's name on Windows. Choose another.`;
  return undefined;
}
