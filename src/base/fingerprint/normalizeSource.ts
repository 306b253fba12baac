import {type Node, parse} from "acorn";

type PlainTree = {[name: string]: unknown};

/** A string literal, a template, or a sum of such: what compilers join and split at will. */
interface JoinedText {
  type: "Text";
  parts: unknown[];
}

/** The same of a syntax tree that is there already. */
export function normalizeTree(tree: Node | readonly Node[]): string {
  return JSON.stringify(simplify(tree));
}

/**
 * What a function's source text says, whichever compiler printed it: canonical JSON of its syntax tree without places,
 * comments, white space, spelling of literals, and the `__name` calls and joined strings of esbuild. Names stay: esbuild
 * renames a variable that shadows another, so a function with such a one says something else there. A text that is no
 * JavaScript expression or method (native code) is given back as it is.
 */
export function normalizeSource(source: string): string {
  for (const text of [`(${source}\n)`, `({${source}\n})`]) {
    try {
      const {body} = parse(text, {ecmaVersion: "latest"});
      return normalizeTree(body);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return source;
}

function simplify(node: unknown): unknown {
  if (Array.isArray(node)) return node.filter((part) => !isNoise(part)).map(simplify);
  if (typeof node !== "object" || node === null) return node;
  const tree = node as PlainTree;
  if (isNaming(tree)) return simplify((tree["arguments"] as unknown[])[0]);
  if (tree["type"] === "Literal") return literal(tree);
  if (tree["type"] === "TemplateLiteral") return template(tree);
  if (tree["type"] === "UnaryExpression" && tree["operator"] === "void" && isZero(tree["argument"]))
    return {name: "undefined", type: "Identifier"};
  if (tree["type"] === "BinaryExpression" && tree["operator"] === "+")
    return joinedSum(simplify(tree["left"]), simplify(tree["right"]));
  const simple = members(tree);
  return isWrittenOut(simple) ? regularExpression(simple["arguments"]) : simple;
}

function members(tree: PlainTree): PlainTree {
  const names = Object.keys(tree).filter((name) => !["start", "end", "shorthand"].includes(name));
  return Object.fromEntries(names.sort().map((name) => [name, simplify(tree[name])]));
}

/** `__name(f, "f")` keeps a function's name through esbuild. */
function isNaming(node: PlainTree): boolean {
  const callee = node["callee"] as PlainTree | undefined;
  return node["type"] === "CallExpression" && callee?.["name"] === "__name";
}

function isNoise(node: unknown): boolean {
  const tree = node as PlainTree | null;
  if (tree?.["type"] === "EmptyStatement") return true;
  return tree?.["type"] === "ExpressionStatement" && isNaming(tree["expression"] as PlainTree);
}

function isZero(node: unknown): boolean {
  return (node as PlainTree)["value"] === 0;
}

function literal({value, bigint, regex}: PlainTree): unknown {
  if (typeof value === "string") return text(value);
  if (!regex) return {type: "Literal", value: bigint ?? value};
  const {pattern, flags} = regex as {pattern: string; flags: string};
  return regularExpression(flags === "" ? [text(pattern)] : [text(pattern), text(flags)]);
}

function text(value: string): JoinedText {
  return {type: "Text", parts: [value]};
}

/** `new RegExp("…", "u")`, which esbuild makes of a literal with property escapes. */
function isWrittenOut({type, callee, arguments: words}: PlainTree): boolean {
  return (
    type === "NewExpression" &&
    (callee as PlainTree)["name"] === "RegExp" &&
    (words as unknown[]).every(isText)
  );
}

function regularExpression(words: unknown): PlainTree {
  return {type: "RegExp", words};
}

function template({quasis, expressions}: PlainTree): JoinedText {
  const parts = (quasis as {value: {cooked: string}}[]).flatMap(({value}, index) => {
    const expression = (expressions as unknown[])[index];
    return expression === undefined ? [value.cooked] : [value.cooked, simplify(expression)];
  });
  return {type: "Text", parts: joined(parts)};
}

function joinedSum(left: unknown, right: unknown): unknown {
  if (isText(left) && isText(right))
    return {type: "Text", parts: joined([...left.parts, ...right.parts])} satisfies JoinedText;
  const before = left as {type: string; left?: unknown; right?: unknown};
  // (x + "a") + "b" is x + "ab", whatever x is.
  if (before.type === "Sum" && isText(before.right) && isText(right))
    return {type: "Sum", left: before.left, right: joinedSum(before.right, right)};
  return {type: "Sum", left, right};
}

function isText(node: unknown): node is JoinedText {
  return (node as PlainTree)["type"] === "Text";
}

/** Strings that follow each other become one; empty ones go. */
function joined(parts: readonly unknown[]): unknown[] {
  const merged: unknown[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (part === "") continue;
    if (typeof part === "string" && typeof last === "string") merged[merged.length - 1] = last + part;
    else merged.push(part);
  }
  return merged;
}
