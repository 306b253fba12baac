import {createHash} from "node:crypto";
import {isAbsolute} from "node:path";
import {parse} from "acorn";
import {type FunctionPlace, functionPlace} from "./functionPlace.js";
import {moduleVersion, packageVersion, modulePath} from "./moduleVersion.js";
import {normalizeSource, normalizeTree} from "./normalizeSource.js";
import {importsOf, type SyntaxNode} from "./importsOf.js";
import {localFile, packageOf} from "./localFile.js";
import {settingText} from "./settingText.js";

/** Of what it closed over when it was first asked for: what it keeps there later is no setting. */
const versions = new WeakMap<object, string>();

/**
 * SHA-256 (hex) over what a function written by a team says: its text, that of the outermost function it stands in and
 * the values that it closes over there, the declarations of its file that it names, directly or not, with the file's
 * statements that fill them, and all that the imports among them bring, as `moduleVersion` counts it. What else the
 * file says does not matter: a scorer written in an eval keeps its version when a candidate is added. Where the engine
 * cannot tell where a function stands, its own text is all that counts.
 */
export function functionVersion(given: (...args: never[]) => unknown): string {
  const known = versions.get(given);
  if (known !== undefined) return known;
  // A function that holds itself counts once.
  versions.set(given, "");
  try {
    const version = versionOfParts(given);
    versions.set(given, version);
    return version;
  } catch (error) {
    versions.delete(given);
    throw error;
  }
}

function versionOfParts(given: (...args: never[]) => unknown): string {
  const place = functionPlace(given);
  const text = given.toString();
  const parts = [
    normalizeSource(text),
    ...(place ? [...(partsOf(place) ?? []), ...capturedOf(text, place)] : [])
  ];
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest("hex");
}

/** The settings among what a function names and closes over: what else its surroundings hold is not its own. */
function capturedOf(text: string, {captured}: FunctionPlace): string[] {
  return [...new Set(text.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu))]
    .filter((name) => Object.hasOwn(captured, name))
    .sort()
    .flatMap((name) => {
      const said = settingText(captured[name], functionVersion);
      return said === undefined ? [] : [`${name} = ${said}`];
    });
}

function partsOf(place: FunctionPlace): string[] | undefined {
  const path = modulePath(place.url);
  const script = scriptOf(place.text);
  if (!script || !isAbsolute(path)) return undefined;
  const written = outermostFunction(script.body, offsetOf(place));
  if (!written) return undefined;
  const {texts, imports} = saidBy(written, script);
  const loaded = imports.map((from) => versionOf(from, path));
  return [...texts, ...[...new Set(loaded)].sort()];
}

/** The texts of a function and of all that it names in its file, and the names by which these import. */
function saidBy(written: SyntaxNode, script: ParsedScript): FunctionSource {
  const known = script.said.get(written);
  if (known) return known;
  const used = usedBy(written, script);
  const named = [...used].filter(({type}) => type !== "ImportDeclaration").map((node) => normalizeTree(node));
  const said = {
    texts: [normalizeTree(written), ...named.sort()],
    imports: [written, ...used].flatMap((node) => importsOf(node).imports).map(({from}) => from)
  };
  script.said.set(written, said);
  return said;
}

/** The declarations of a file that a function names, directly or not, and the statements that change what is declared. */
function usedBy(written: SyntaxNode, {declared, changing}: ParsedScript): Set<SyntaxNode> {
  const used = new Set<SyntaxNode>();
  const names = new Set<string>();
  const use = (statement: SyntaxNode) => {
    if (used.has(statement)) return;
    used.add(statement);
    if (statement.type !== "ImportDeclaration") visit(statement);
  };
  const visit = (node: unknown) => {
    for (const name of identifiers(node)) {
      const own = declared.get(name);
      if (!own || names.has(name)) continue;
      names.add(name);
      use(own);
      for (const {statement, named} of changing) if (named.includes(name)) use(statement);
    }
  };
  visit(written);
  return used;
}

function versionOf(name: string, from: string): string {
  const file = localFile(name, from);
  if (file !== undefined) return moduleVersion(file);
  const library = packageOf(name);
  return library === undefined ? name : `${library}@${packageVersion(library, from)}`;
}

interface FunctionSource {
  texts: string[];
  imports: string[];
}

interface ParsedScript {
  body: SyntaxNode[];
  declared: Map<string, SyntaxNode>;
  /** The statements that declare nothing, and what they name. */
  changing: {statement: SyntaxNode; named: string[]}[];
  /** By outermost function. */
  said: Map<SyntaxNode, FunctionSource>;
}

/** Of the text that was read last: the functions of one file come one after the other. */
let last: {text: string; script: ParsedScript | undefined} | undefined;

function scriptOf(text: string): ParsedScript | undefined {
  if (last?.text !== text) last = {text, script: readScript(text)};
  return last.script;
}

function readScript(text: string): ParsedScript | undefined {
  const body = bodyOf(text);
  if (!body) return undefined;
  const changing = body
    .filter(({type}) => !/Declaration$/.test(type))
    // A compiler's helpers, such as the one that names each function, change nothing.
    .map((statement) => ({
      statement,
      named: identifiers(statement).filter((name) => !name.startsWith("__"))
    }));
  return {body, declared: declarations(body), changing, said: new Map()};
}

function bodyOf(text: string): SyntaxNode[] | undefined {
  for (const sourceType of ["module", "script"] as const)
    try {
      return parse(text, {ecmaVersion: "latest", sourceType, allowHashBang: true})
        .body as unknown as SyntaxNode[];
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  return undefined;
}

function offsetOf({text, line, column}: FunctionPlace): number {
  let start = 0;
  for (let i = 0; i < line; i++) start = text.indexOf("\n", start) + 1;
  return start + column;
}

/** The largest function around a place. */
function outermostFunction(tree: unknown, offset: number): SyntaxNode | undefined {
  if (typeof tree !== "object" || tree === null) return undefined;
  const {type, start, end} = tree as SyntaxNode;
  if (typeof start === "number" && (offset < start || offset >= end)) return undefined;
  if (/Function/.test(type)) return tree as SyntaxNode;
  for (const member of Object.values(tree)) {
    const found = outermostFunction(member, offset);
    if (found) return found;
  }
  return undefined;
}

/** The statement that makes each of a file's own names. */
function declarations(body: readonly SyntaxNode[]): Map<string, SyntaxNode> {
  const found = new Map<string, SyntaxNode>();
  for (const statement of body) {
    const declaration = (statement["declaration"] ?? statement) as SyntaxNode;
    const made = declaration["declarations"] ?? declaration["specifiers"] ?? [declaration];
    for (const one of made as SyntaxNode[])
      for (const name of identifiers(one["local"] ?? one["id"])) found.set(name, declaration);
  }
  return found;
}

function identifiers(node: unknown): string[] {
  if (typeof node !== "object" || node === null) return [];
  if (Array.isArray(node)) return node.flatMap(identifiers);
  const {type, name} = node as SyntaxNode;
  if (type === "Identifier") return [name as string];
  return Object.values(node).flatMap(identifiers);
}
