import {mkdirSync, writeFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {defineDataset, type LogTool, pull} from "../../src/data/datasets/index.js";
import {openStore} from "../../src/base/store/index.js";
import {temporaryWorkspace} from "./temporaryWorkspace.js";

/** What files hold by their paths: text, or lines of JSONL or a JSON document, as the ending says. */
export type LogFiles = Readonly<Record<string, unknown>>;

/** Rows of a dataset whose source is a log of these files, by their ids. */
export async function importedLog(
  tool: LogTool,
  contents: LogFiles,
  named: string | string[] = Object.keys(contents)
): Promise<Record<string, unknown>[]> {
  const workspace = await temporaryWorkspace();
  for (const [file, content] of Object.entries(contents)) {
    mkdirSync(dirname(join(workspace.project, file)), {recursive: true});
    writeFileSync(join(workspace.project, file), textOf(file, content));
  }
  await pull(workspace, defineDataset({name: "log", source: {kind: "log", tool, files: named}, id: "id"}));
  const store = await openStore(workspace);
  try {
    return await store.rows("select * exclude (row_id, row_hash) from log order by id");
  } finally {
    store.close();
  }
}

function textOf(file: string, content: unknown): string {
  if (typeof content === "string") return content;
  if (!file.endsWith("l")) return JSON.stringify(content);
  return (content as object[]).map((line) => JSON.stringify(line)).join("\n");
}
