import type {PageContent} from "../text/elements.js";
import {sqlConsole} from "./sql.js";

/**
 * Questions in SQL over what this report publishes. Its code is imported as any other: in an installed package Framework
 * writes no file for a part that a part of it imports later.
 */
export function sqlPage(...given: Parameters<typeof sqlConsole>): Promise<PageContent> {
  return Promise.resolve(sqlConsole(...given));
}
