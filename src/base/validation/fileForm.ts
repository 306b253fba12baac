import {z} from "zod";
import {listed, problemsOf} from "./checked.js";
import {UserError} from "./errors.js";

/** What a JSON file that Assay wrote must be to be read. */
export interface FileForm<T extends object> {
  /** Of the members that readers rely on; others may stand beside them. */
  readonly schema: z.ZodType;
  /** What to do with a file that is damaged, as a sentence. */
  readonly wayOut: string;
  /** Never there: it ties the form to its type. */
  readonly of?: T;
}

/** An object with these members and any others. */
export function having(shape: Readonly<Record<string, z.ZodType>>, what = "an object"): z.ZodType {
  return z.looseObject(shape, {error: `must be ${what}`});
}

export function fileForm<T extends object>(
  shape: {readonly [K in keyof T]?: z.ZodType},
  wayOut: string
): FileForm<T> {
  return {schema: having(shape as Record<string, z.ZodType>), wayOut};
}

/** The value of a JSON text that has a form. Throws UserError with file, cause and way out where it has not. */
export function readForm<T extends object>(text: string, where: string, form: FileForm<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${where} is not valid JSON (${(cause as Error).message}). ${form.wayOut}`, {cause});
  }
  return assertForm(value, where, form);
}

/** A value that was read, where it has a form. Throws UserError with file, cause and way out where it has not. */
export function assertForm<T extends object>(value: unknown, where: string, form: FileForm<T>): T {
  const problems = problemsOf(form.schema, value);
  if (problems.length > 0)
    throw new UserError(`${where} was edited or damaged: ${listed(problems, 300)}. ${form.wayOut}`);
  return value as T;
}
