import type {Workspace} from "../workspace.js";

/** Adds a line to a log, on disk when this resolves. */
export async function appendLine({place}: Workspace, key: string, line: object): Promise<void> {
  await place.append(key, JSON.stringify(line) + "\n");
}

/** The lines of a log, oldest first; none when there is no log. */
export async function readLines<T>({place}: Workspace, key: string): Promise<T[]> {
  const text = Buffer.from((await place.read(key)) ?? []).toString();
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}
