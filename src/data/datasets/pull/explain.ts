import {messageOf, UserError} from "../../../base/validation/index.js";
import {plainSql} from "../../../base/store/index.js";
import type {Redactor} from "../redactor.js";
import {brokenText, type SourceRelation} from "../sources/index.js";

/** Throws UserError with the lines that broke the read, where they can be told; otherwise with the first line of what DuckDB says. */
export async function explain(
  name: string,
  doing: string,
  source: SourceRelation,
  cause: unknown,
  redactor: Redactor | undefined
): Promise<never> {
  if (cause instanceof UserError) throw cause;
  const broken =
    (await source.broken?.().catch((error: unknown) => {
      if (error instanceof UserError) throw error;
    })) ?? [];
  const said = plainSql(messageOf(cause));
  throw new UserError(
    broken.length > 0
      ? `dataset ${name}: ${doing} failed: ${brokenText(name, broken, true)}`
      : `dataset ${name}: ${doing} failed: ${redactor ? redactor.text(said) : said}. No version was made.`,
    redactor ? {} : {cause}
  );
}
