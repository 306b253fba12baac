import {type Dirent, readdirSync} from "node:fs";
import {join} from "node:path";
import {openItem} from "./item.js";
import {readers} from "./readers/index.js";

/**
 * Names of the items below a folder, as paths from there: a folder with files of its own is an item, one with folders
 * alone a collection. The folder itself ("." then) is an item when a reader knows it.
 */
export function itemsOf(folder: string): string[] {
  const {files, folders} = entriesOf(folder);
  if (files.length > 0 && readers.some((reader) => reader.matches(openItem(folder)))) return ["."];
  return folders.flatMap((name) => below(folder, name)).sort();
}

function below(root: string, name: string): string[] {
  const {files, folders} = entriesOf(join(root, name));
  if (files.length > 0 || folders.length === 0) return [name];
  return folders.flatMap((inner) => below(root, join(name, inner)));
}

function entriesOf(folder: string): {files: Dirent[]; folders: string[]} {
  const entries = readdirSync(folder, {withFileTypes: true}).filter(({name}) => !name.startsWith("."));
  return {
    files: entries.filter((entry) => !entry.isDirectory()),
    folders: entries.filter((entry) => entry.isDirectory()).map(({name}) => name)
  };
}
