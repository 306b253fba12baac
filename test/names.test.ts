import {existsSync, readFileSync} from "node:fs";
import {dirname, join, relative} from "node:path";
import ts from "typescript";
import {describe, expect, it} from "vitest";
import {GROUPS, importsOf, importsOfRooms, sourceFiles, SRC} from "../scripts/map/imports.js";

/** Types that mean the same wherever they stand, with the reason why they are written more than once. */
const TYPES_APART: Record<string, string> = {};

/** Functions that a caller outside the package asks for by name. */
const FUNCTIONS_APART: Record<string, string> = {
  load: "Node's module hooks go by this name",
  resolve: "Node's module hooks go by this name"
};

const files = sourceFiles().filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"));
const named = (file: string) => relative(SRC, file);

/** The names that `pick` finds among the statements of each file, with the files that declare them. */
function declared(pick: (statement: ts.Statement) => string | undefined): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const file of files) {
    const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest);
    for (const statement of source.statements) {
      const name = pick(statement);
      if (name !== undefined) found.set(name, (found.get(name) ?? new Set()).add(named(file)));
    }
  }
  return found;
}

const twice = (found: ReadonlyMap<string, ReadonlySet<string>>, apart: Record<string, string>) =>
  [...found]
    .filter(([name, places]) => places.size > 1 && !(name in apart))
    .map(([name, places]) => `${name}: ${[...places].join(", ")}`);

const isExported = (statement: ts.Statement) =>
  ts.canHaveModifiers(statement) &&
  ts.getModifiers(statement)?.some(({kind}) => kind === ts.SyntaxKind.ExportKeyword) === true;

describe("a name in src", () => {
  it("of a type is declared once", () => {
    const types = declared((statement) =>
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement) ||
      ts.isClassDeclaration(statement)
        ? statement.name?.text
        : undefined
    );
    expect(types.size).toBeGreaterThan(1000);
    expect(twice(types, TYPES_APART)).toEqual([]);
  });

  it("of an exported function is declared once", () => {
    const functions = declared((statement) =>
      ts.isFunctionDeclaration(statement) && isExported(statement) ? statement.name?.text : undefined
    );
    expect(functions.size).toBeGreaterThan(1000);
    expect(twice(functions, FUNCTIONS_APART)).toEqual([]);
  });
});

describe("an entrance to src", () => {
  it("has a header of two to five lines in every room's index", () => {
    const wrong = [...importsOfRooms().keys()].filter((room) => {
      if (room === "cli") return false;
      const header = /^\/\*\*\n((?: \* .*\n)+) \*\//.exec(
        readFileSync(join(SRC, room, "index.ts"), "utf8")
      )?.[1];
      const lines = header?.trimEnd().split("\n").length ?? 0;
      return lines < 2 || lines > 5;
    });
    expect(wrong).toEqual([]);
  });

  it("has a page for every group that names each of its rooms", () => {
    for (const group of GROUPS) {
      const page = join(SRC, group, "README.md");
      expect(existsSync(page), group).toBe(true);
      const text = readFileSync(page, "utf8");
      const rooms = [...importsOfRooms().keys()].filter((room) => room.startsWith(`${group}/`));
      expect(rooms.filter((room) => !text.includes(`**${room.slice(group.length + 1)}**`))).toEqual([]);
    }
  });
});

describe("imports", () => {
  it("make no cycle between folders, of types neither", () => {
    const edges = new Map(
      files.map((file) => [file, importsOf(file).map((path) => path.replace(/\.js$/, ".ts"))])
    );
    const across = cycles(edges).filter((cycle) => new Set(cycle.map(dirname)).size > 1);
    expect(across.map((cycle) => cycle.map(named).join(" "))).toEqual([]);
  });
});

/** Strongly connected files, after Tarjan (1972); a file alone is none. */
function cycles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string) => {
    index.set(file, index.size);
    low.set(file, index.get(file)!);
    stack.push(file);
    for (const next of edges.get(file) ?? []) {
      if (!edges.has(next) || next === file) continue;
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(file, Math.min(low.get(file)!, low.get(next)!));
    }
    if (low.get(file) !== index.get(file)) return;
    const cycle = stack.splice(stack.indexOf(file));
    if (cycle.length > 1) found.push(cycle);
  };
  for (const file of edges.keys()) if (!index.has(file)) visit(file);
  return found;
}
