import type {Node} from "acorn";
import {withoutComments} from "./withoutComments.js";

/** A file or package that code loads. */
export interface Import {
  /** As written: "./x.js" or "zod". */
  from: string;
  /** What is taken from it: its own name or `ALL`, and the name it is passed on by where it is; left out when that is all. */
  names?: readonly {name: string; as?: string}[];
}

/** All that a file exports, as one value: `export * as ns`. */
export const ALL = "*";

export interface Imports {
  imports: Import[];
  passesOn?: boolean;
}

export type SyntaxNode = Node & Record<string, unknown>;

/** What a JavaScript tree imports, `require`s, or makes a URL of beside its own file, as a worker's is made. */
export function importsOf(tree: unknown): Imports {
  const found: Import[] = [];
  const visit = (node: unknown) => {
    if (typeof node !== "object" || node === null) return;
    const one = (node as SyntaxNode).type && importOf(node as SyntaxNode);
    if (one) found.push(one);
    Object.values(node).forEach(visit);
  };
  visit(tree);
  const body = ((tree as {body?: unknown}).body ?? []) as SyntaxNode[];
  const passesOn = body.length > 0 && body.every(({type, source}) => type.startsWith("Export") && source);
  return {imports: found, passesOn: passesOn ? true : undefined};
}

/** `onFirstUse("zod")` loads a package when it is first called. */
const LOADS = new Set(["require", "onFirstUse"]);

function importOf(node: SyntaxNode): Import | undefined {
  const given = (node["arguments"] ?? []) as SyntaxNode[];
  const callee = (node["callee"] as {name?: string} | undefined)?.name ?? "";
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
    case "ImportExpression": {
      const from = literal(node["source"]);
      return from === undefined ? undefined : {from, names: importedNames(node)};
    }
    case "CallExpression": {
      const from = LOADS.has(callee) ? literal(given[0]) : undefined;
      return from === undefined ? undefined : {from};
    }
    case "NewExpression": {
      const from = callee === "URL" && given.length === 2 ? literal(given[0]) : undefined;
      return from === undefined ? undefined : {from};
    }
    default:
      return undefined;
  }
}

function literal(node: unknown): string | undefined {
  const {value, expressions, quasis} = (node ?? {}) as {
    value?: unknown;
    expressions?: unknown[];
    quasis?: {value: {cooked: string}}[];
  };
  if (expressions?.length === 0) return quasis![0]!.value.cooked;
  return typeof value === "string" ? value : undefined;
}

interface Specifier {
  type: string;
  imported?: {name: string};
  local: {name: string};
  exported?: {name: string};
}

function importedNames({type, specifiers, exported}: SyntaxNode): Import["names"] {
  if (type === "ExportAllDeclaration" && exported)
    return [{name: ALL, as: (exported as Specifier["local"]).name}];
  // What is imported for its effect alone is run as a whole.
  if (specifiers === undefined || (type === "ImportDeclaration" && (specifiers as []).length === 0))
    return undefined;
  const given = specifiers as Specifier[];
  if (given.some((one) => one.type === "ImportNamespaceSpecifier")) return undefined;
  return given.map((one) =>
    one.type === "ImportDefaultSpecifier"
      ? {name: "default"}
      : {name: (one.imported ?? one.local).name, as: one.exported?.name}
  );
}

const STATEMENT =
  /(?<=^|;)[^\S\n]*(import|export)\s+(?!type\b)(?:([^"';=()]*?)\s*\bfrom\s*)?["']([^"'\n]+)["'];?/gm;
const LOADED =
  /\b(?:import|require|onFirstUse(?:<[^()"']*>)?)\(\s*["'`]([^"'`$\n]+)["'`]|\bnew URL\(\s*["']([^"'\n]+)["']\s*,/g;
const TYPES = /^export type [^"']*from\s*["'][^"'\n]+["'];?/gm;

/** The same of TypeScript, which has no parser at hand. What only types are taken from is left out. */
export function importsOfText(text: string): Imports {
  const code = withoutComments(text, {lines: true});
  const statements = [...code.matchAll(STATEMENT)].flatMap(([, word, names, from]) => {
    const taken = namesInText(word!, names);
    return taken?.length === 0 && names!.trim() !== "{}" ? [] : [{from: from!, names: taken}];
  });
  const loaded = [...code.matchAll(LOADED)].map(([, name, url]) => ({from: (name ?? url)!}));
  const passesOn =
    statements.length > 0 &&
    code
      .replace(TYPES, "")
      .replace(STATEMENT, (all, word) => (word === "export" ? "" : (all as string)))
      .trim() === "";
  return {imports: [...statements, ...loaded], passesOn: passesOn ? true : undefined};
}

/** Undefined when all is taken, or run for its effect alone. */
function namesInText(word: string, text: string | undefined): Import["names"] {
  if (text === undefined) return undefined;
  const [, before = "", inside] = /^([^{]*)(?:\{([^}]*)\})?$/s.exec(text.trim()) ?? [];
  const [, everything] = /\*\s*as\s+(\S+)/.exec(before) ?? [];
  if (everything !== undefined && word === "export") return [{name: ALL, as: everything}];
  if (before.includes("*")) return undefined;
  const listed = (inside ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && !name.startsWith("type "))
    .map((name) => {
      const [own, as] = name.split(/\s+as\s+/);
      return {name: own!, as: word === "export" ? (as ?? own) : undefined};
    });
  return before.replace(/,\s*$/, "").trim() === "" ? listed : [{name: "default"}, ...listed];
}
