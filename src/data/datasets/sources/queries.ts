import {messageOf, UserError, withoutCredentials} from "../../../base/validation/index.js";
import type {SourceContext} from "./types.js";

type QueriedSource = Pick<SourceContext, "dataset" | "redacted">;

/** The error of a query, by what the database says of it. @param where the database, without a secret */
export function queryFailed({dataset, redacted}: QueriedSource, where: string, cause: unknown): UserError {
  const {hint} = cause as {hint?: string};
  const words = [messageOf(cause), hint ?? ""].map((text) => text.trim().replace(/\.$/, ""));
  const all = withoutCredentials(words.filter(Boolean).join(". ").replace(/\s+/g, " "));
  const said = (redacted ? redacted(all) : all).slice(0, 400);
  return new UserError(
    `dataset ${dataset}: its query to ${where} failed: ${said}. No version was made.`,
    redacted ? {} : {cause}
  );
}

/** Refuses a query that gives two columns one name, letters' case aside: a row would have one of them only. */
export function assertOnce(dataset: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    const folded = name.toLowerCase();
    if (seen.has(folded))
      throw new UserError(
        `dataset ${dataset}: its query gives two columns the name ${JSON.stringify(name.slice(0, 60))}. Rename one of them with \`as\`. No version was made.`
      );
    seen.add(folded);
  }
}
