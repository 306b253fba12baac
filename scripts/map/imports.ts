import {readdirSync, readFileSync} from "node:fs";
import {dirname, join, relative, resolve} from "node:path";

/** From the ground up: a group imports those before it. */
export const GROUPS = ["base", "weights", "data", "inference", "training", "evals", "report", "cli"] as const;

/** Small rooms whose files are imported by path from anywhere. */
const OPEN = ["base/validation", "base/system"];

export const SRC = resolve(import.meta.dirname, "../../src");

/** "base/store" of a file below it; the commands are one room. */
export function roomOf(path: string): string {
  const [group, room] = relative(SRC, path).split("/");
  return group === "cli" ? group : `${group}/${room}`;
}

export const groupOf = (room: string) => room.split("/")[0]!;

/** Every source file of the rooms. */
export function sourceFiles(folder = SRC): string[] {
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile() && /\.[jt]s$/.test(entry.name) && entry.parentPath !== SRC)
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The local files that a file imports, types included. */
export function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, path]) =>
    resolve(dirname(file), path!)
  );
}

/** The local files that a file imports values of, not types alone. */
export function valuesFrom(file: string): string[] {
  const statements = readFileSync(file, "utf8").matchAll(
    /^(?:import|export) (?!type\b)(?:([^"';]*?) from )?"(\.[^"]+)"/gm
  );
  return [...statements]
    .filter(([, taken]) => !/^\{\s*type \w+(?:,\s*type \w+)*\s*\}$/.test(taken?.trim() ?? ""))
    .map(([, , path]) => resolve(dirname(file), path!));
}

/** The rooms that each room imports; rooms in the order of their groups, each after those that it imports. */
export function importsOfRooms(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const file of sourceFiles()) {
    const room = roomOf(file);
    const imported = importsOf(file).map(roomOf);
    found.set(room, new Set([...(found.get(room) ?? []), ...imported.filter((other) => other !== room)]));
  }
  const ordered = new Set<string>();
  const visit = (room: string, above: readonly string[] = []) => {
    if (ordered.has(room) || above.includes(room)) return;
    for (const next of [...(found.get(room) ?? [])].sort()) visit(next, [...above, room]);
    ordered.add(room);
  };
  for (const room of [...found.keys()].sort()) visit(room);
  const order = [...ordered];
  const rank = (room: string) =>
    GROUPS.findIndex((group) => group === groupOf(room)) * 1000 + order.indexOf(room);
  return new Map([...found].sort(([a], [b]) => rank(a) - rank(b)));
}

/** Files other than a room's index that other rooms take values from, by room. */
export function sharedFiles(): Map<string, Set<string>> {
  const taken = new Map<string, Set<string>>();
  for (const file of sourceFiles())
    for (const path of valuesFrom(file)) {
      const [from, to] = [roomOf(file), roomOf(path)];
      const part = relative(join(SRC, to), path).replace(/\.js$/, "");
      if (from === to || part === "index" || OPEN.includes(to)) continue;
      taken.set(to, (taken.get(to) ?? new Set()).add(part));
    }
  const order = [...importsOfRooms().keys()];
  return new Map([...taken].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b)));
}
