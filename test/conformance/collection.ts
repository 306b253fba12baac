import {type Dirent, readdirSync} from "node:fs";
import {join} from "node:path";
import {openItem} from "./item.js";
import {readers} from "./readers/index.js";

/**
 * Names of the items below a folder, as paths from there: a folder with files of its own is an item, one with folders
 * alone a collection, and so is one that no reader knows, such as a README beside folders, when a reader knows an item in
 * it. The folder itself ("." then) is an item when a reader knows it.
 */
export function itemsOf(folder: string): string[] {
  const {files, folders} = entriesOf(folder);
  if (files.length > 0 && isKnown(folder)) return ["."];
  return folders.flatMap((name) => below(folder, name)).sort();
}

function below(root: string, name: string): string[] {
  const {files, folders} = entriesOf(join(root, name));
  if (folders.length === 0 || (files.length > 0 && isKnown(join(root, name)))) return [name];
  const items = folders.flatMap((inner) => below(root, join(name, inner)));
  return files.length === 0 || items.some((item) => isKnown(join(root, item))) ? items : [name];
}

function isKnown(folder: string): boolean {
  return readers.some((reader) => reader.matches(openItem(folder)));
}

function entriesOf(folder: string): {files: Dirent[]; folders: string[]} {
  const entries = readdirSync(folder, {withFileTypes: true}).filter(({name}) => !name.startsWith("."));
  return {
    files: entries.filter((entry) => !entry.isDirectory()),
    folders: entries.filter((entry) => entry.isDirectory()).map(({name}) => name)
  };
}
