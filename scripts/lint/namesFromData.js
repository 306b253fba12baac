import ts from "typescript";

/** Names of variables and members whose values come from data. */
const FROM_DATA = /^(label|candidate|slice|dataset|model|variant|best|advised)$/;

/** Reports plain objects as maps of names that come from data: a label may be called "constructor" or "__proto__". */
export const namesFromData = {
  meta: {
    type: "problem",
    schema: [],
    messages: {
      made: "Every object inherits members: make a map by names with emptyRecord(), or a Map.",
      read: "This finds what every object inherits, too: memberOf(object, name), or a Map."
    }
  },
  create(context) {
    const {program, esTreeNodeToTSNodeMap: nodes} = context.sourceCode.parserServices;
    const checker = program.getTypeChecker();
    const isMap = (type) =>
      type !== undefined &&
      (type.isUnion() ? type.types : [type]).some(
        (one) => checker.getIndexInfoOfType(one, ts.IndexKind.String) !== undefined
      );
    return {
      "VariableDeclarator > ObjectExpression.init[properties.length=0], AssignmentExpression[left.computed=true] > ObjectExpression.right[properties.length=0], AssignmentExpression[left.type=Identifier] > ObjectExpression.right[properties.length=0], PropertyDefinition > ObjectExpression.value[properties.length=0]"(
        node
      ) {
        if (isMap(checker.getContextualType(nodes.get(node)))) context.report({node, messageId: "made"});
      },
      "MemberExpression[computed=true]"(node) {
        const {object, property, parent} = node;
        const name = property.type === "MemberExpression" ? property.property.name : property.name;
        const isConstant = object.type === "Identifier" && /^[A-Z][A-Z_]+$/.test(object.name);
        if (!isConstant && !FROM_DATA.test(name ?? "")) return;
        if (parent.type === "AssignmentExpression" && parent.left === node) return;
        const key = checker.getTypeAtLocation(nodes.get(property));
        if (!(key.flags & ts.TypeFlags.String)) return;
        const type = checker.getNonNullableType(checker.getTypeAtLocation(nodes.get(object)));
        if (isMap(type)) context.report({node, messageId: "read"});
      }
    };
  }
};
