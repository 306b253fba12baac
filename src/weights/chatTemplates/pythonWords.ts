/** A node of a parsed template. */
interface TemplateNode {
  type: string;
  [member: string]: unknown;
}

const STATEMENTS = new Set(["Program", "If", "For", "Macro", "Set", "CallStatement", "FilterStatement"]);
const BLOCKS = new Set(["body", "alternate", "defaultBlock"]);
const SPELLED = [
  ["none", "None"],
  ["true", "True"],
  ["false", "False"]
] as const;

/**
 * Rewrites a parsed template in place: what prints a value, joins it by `~`, or makes it text by a filter gives None, True and
 * False as Python does. The engine prints nothing for null, and throws where it is joined.
 */
export function spellAsPython(program: object): void {
  visit(program as TemplateNode);
}

function visit(node: unknown): void {
  if (Array.isArray(node) || node instanceof Map) {
    for (const one of node instanceof Map ? [...node].flat() : node) visit(one);
    return;
  }
  if (!isNode(node)) return;
  for (const [member, value] of Object.entries(node)) {
    visit(value);
    if (STATEMENTS.has(node.type) && BLOCKS.has(member) && Array.isArray(value))
      node[member] = value.map((one: TemplateNode) => spelled(one));
  }
  if (node.type === "BinaryExpression" && (node.operator as {value?: unknown}).value === "~") {
    node.left = spelled(node.left as TemplateNode);
    node.right = spelled(node.right as TemplateNode);
  }
  if (node.type === "FilterExpression" && makesText(node.filter))
    node.operand = spelled(node.operand as TemplateNode);
}

const makesText = (filter: unknown) =>
  isNode(filter) && filter.type === "Identifier" && (filter.value === "trim" || filter.value === "string");

/** Only what can be read twice: a macro may be long, and gives text in any case. */
function spelled(node: TemplateNode): TemplateNode {
  if (node.type === "Ternary")
    return Object.assign(node, {
      trueExpr: spelled(node.trueExpr as TemplateNode),
      falseExpr: spelled(node.falseExpr as TemplateNode)
    });
  if (!isRead(node)) return node;
  return SPELLED.reduce<TemplateNode>(
    (otherwise, [test, text]) => ({
      type: "Ternary",
      condition: {
        type: "TestExpression",
        operand: node,
        negate: false,
        test: {type: "Identifier", value: test}
      },
      trueExpr: {type: "StringLiteral", value: text},
      falseExpr: otherwise
    }),
    node
  );
}

/** A variable, a member, or `x.get("member")`. */
function isRead({type, callee}: TemplateNode): boolean {
  if (type !== "CallExpression") return type === "Identifier" || type === "MemberExpression";
  return isNode(callee) && callee.type === "MemberExpression" && isNamed(callee.property, "get");
}

const isNamed = (node: unknown, name: string) => isNode(node) && node.value === name;

function isNode(value: unknown): value is TemplateNode {
  return (
    typeof value === "object" && value !== null && typeof (value as Partial<TemplateNode>).type === "string"
  );
}
