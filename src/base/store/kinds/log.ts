import {type FileForm, readForm} from "../../validation/fileForm.js";
import type {Workspace} from "./kind.js";

/** Adds a line to a log, on disk when this resolves. A last line that a killed process cut short is not lengthened. */
export async function appendLine({place}: Workspace, key: string, line: object): Promise<void> {
  const last = (await place.read(key))?.at(-1);
  const isTorn = last !== undefined && last !== NEWLINE;
  await place.append(key, (isTorn ? "\n" : "") + JSON.stringify(line) + "\n");
}

const NEWLINE = 10;

/**
 * The lines of a log, oldest first; none when there is no log. One that was cut short is passed over: whoever is killed while
 * adding a line has not begun what it notes. Throws UserError at one that nobody cut and that has not the form.
 */
export async function readLines<T extends object>(
  {place}: Workspace,
  key: string,
  form: FileForm<T>
): Promise<T[]> {
  const lines = Buffer.from((await place.read(key)) ?? []).toString();
  return lines.split("\n").flatMap((line, i) => {
    // Lines are flat objects: half of one has no end.
    const isTorn = line.startsWith("{") && !line.endsWith("}");
    return line === "" || isTorn ? [] : [readForm(line, `${place.name}/${key} line ${i + 1}`, form)];
  });
}
