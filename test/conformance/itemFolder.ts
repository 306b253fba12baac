import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {temporaryProject} from "../support/temporaryWorkspace.js";

/** A collection with one item of the given files: texts stay as they are, lists become JSONL for such a name, all else JSON. */
export async function itemFolder(files: Record<string, unknown>, name = "some-item"): Promise<string> {
  const folder = join(await temporaryProject(), name);
  mkdirSync(folder, {recursive: true});
  for (const [file, content] of Object.entries(files)) {
    const lines = file.endsWith(".jsonl")
      ? (content as object[]).map((line) => JSON.stringify(line)).join("\n") + "\n"
      : typeof content === "string"
        ? content
        : JSON.stringify(content);
    writeFileSync(join(folder, file), lines);
  }
  return folder;
}
