import {sep} from "node:path";
import {UserError} from "../../base/validation/index.js";

/** Throws for a folder from which Node loads no module, so that no definition in it can be read. */
export function assertLoads(folder: string): void {
  if (sep === "/" && folder.includes("\\"))
    throw new UserError(
      `the path ${folder} has a "\\", and Node loads no module from such a folder. Rename it, and call again.`
    );
}
