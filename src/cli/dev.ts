import {join} from "node:path";
import {touchOnStoreChange} from "../site/index.js";
import {framework} from "./framework.js";
import {findProject, openProject} from "./project.js";

export async function devVerb(options: {port: number; open?: boolean}): Promise<void> {
  const project = findProject();
  const workspace = await openProject();
  const watching = new AbortController();
  const watched = touchOnStoreChange({
    dir: workspace.dir,
    root: join(project, "src"),
    signal: watching.signal
  });
  try {
    await framework(project, [
      "preview",
      "--host",
      "127.0.0.1",
      "--port",
      String(options.port),
      ...(options.open ? ["--open"] : ["--no-open"])
    ]);
  } finally {
    watching.abort();
    await watched;
  }
}
