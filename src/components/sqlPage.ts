import type {Content} from "./elements.js";
import type {sqlConsole} from "./sql.js";

/** Questions in SQL over what this report publishes. No other page loads its code. */
export async function sqlPage(...given: Parameters<typeof sqlConsole>): Promise<Content> {
  const page = await import("./sql.js");
  return page.sqlConsole(...given);
}
