import {UserError} from "./errors.js";

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Names become folders: letters, digits, dot, dash and underscore, beginning with a letter or digit. */
export function checkName(kind: string, name: string): string {
  if (!NAME.test(name) || name.includes(".."))
    throw new UserError(
      `${kind} name ${JSON.stringify(name)} cannot be a folder's name. Use letters, digits, ".", "-" and "_" (128 at most), beginning with a letter or digit.`
    );
  return name;
}
