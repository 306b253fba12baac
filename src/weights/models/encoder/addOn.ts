import {findLibraries} from "../../ggml/index.js";
import {messageOf, UserError} from "../../../base/validation/index.js";
import {miniLmFiles} from "./weights.js";

/** Why sentence encoders cannot run here, with the command that installs what is missing; undefined when they can. */
export async function missingOfAddOn(): Promise<string | undefined> {
  try {
    findLibraries();
    await miniLmFiles();
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return messageOf(error);
    throw error;
  }
}
