import ts from "typescript";

export interface Help {
  text: string;
  line: number;
  /** The commander method that takes it. */
  method: string;
}

/** Which argument of a commander method is help that people read. */
const PLACE: Record<string, number> = {
  option: 1,
  requiredOption: 1,
  argument: 1,
  command: 1,
  description: 0,
  Option: 1,
  Argument: 1
};

/** Help of commands, options and arguments in the source text of a command. */
export function optionHelpOf(source: string): Help[] {
  const file = ts.createSourceFile("command.ts", source, ts.ScriptTarget.Latest);
  const found: Help[] = [];
  const visit = (node: ts.Node): void => {
    const method = methodOf(node);
    const given = method === undefined ? undefined : (node as ts.CallExpression).arguments?.[PLACE[method]!];
    const text = given && textOf(given);
    if (method !== undefined && text !== undefined) {
      const {line} = file.getLineAndCharacterOfPosition(given!.getStart(file));
      found.push({text, line: line + 1, method});
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function methodOf(node: ts.Node): string | undefined {
  if (
    ts.isNewExpression(node) &&
    ts.isIdentifier(node.expression) &&
    Object.hasOwn(PLACE, node.expression.text)
  )
    return node.expression.text;
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  const name = node.expression.name.text;
  return Object.hasOwn(PLACE, name) ? name : undefined;
}

/** A literal's text; of a template or a sum what stands in it, an expression as one character. */
function textOf(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({literal}) => `x${literal.text}`).join("");
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const left = textOf(node.left);
    const right = textOf(node.right);
    return left === undefined && right === undefined ? undefined : (left ?? "x") + (right ?? "x");
  }
  return undefined;
}
