import {createReadStream} from "node:fs";
import {createInterface} from "node:readline";
import {hasRunFile, runPath, type Workspace} from "../../../base/store/index.js";

/** The lines of a log in a run's folder, but for those that a kill tore; none when there is no such file. */
export async function* logLines<Line>(
  workspace: Workspace,
  id: string,
  file: Parameters<typeof runPath>[2]
): AsyncGenerator<Line> {
  if (!(await hasRunFile(workspace, id, file))) return;
  const input = createReadStream(runPath(workspace, id, file));
  for await (const line of createInterface({input, crlfDelay: Infinity})) {
    const read = parsedLine<Line>(line);
    if (read) yield read;
  }
}

function parsedLine<Line>(line: string): Line | undefined {
  try {
    return JSON.parse(line) as Line;
  } catch {
    return undefined;
  }
}
