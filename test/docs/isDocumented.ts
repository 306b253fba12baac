import {readFileSync} from "node:fs";
import {dirname, resolve} from "node:path";
import ts from "typescript";

/** Whether a name that a module exports has a doc comment where it is declared; undefined if no declaration was found. */
export function isDocumented(path: string, name: string): boolean | undefined {
  for (const statement of parsed(path).statements) {
    const found = ts.isExportDeclaration(statement)
      ? reexported(path, statement, name)
      : declared(statement).includes(name)
        ? ts.getJSDocCommentsAndTags(statement).length > 0
        : undefined;
    // An overload's comment stands at one of its signatures.
    if (found !== undefined && (found || !ts.isFunctionDeclaration(statement) || statement.body))
      return found;
  }
  return undefined;
}

const files = new Map<string, ts.SourceFile>();

function parsed(path: string): ts.SourceFile {
  const file =
    files.get(path) ?? ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  files.set(path, file);
  return file;
}

function declared(statement: ts.Statement): (string | undefined)[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({name}) => name.getText());
  if (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isEnumDeclaration(statement)
  )
    return [statement.name?.text];
  return [];
}

function reexported(path: string, statement: ts.ExportDeclaration, name: string): boolean | undefined {
  const {exportClause, moduleSpecifier} = statement;
  if (statement.isTypeOnly || !moduleSpecifier || !ts.isStringLiteral(moduleSpecifier)) return undefined;
  const module = resolve(dirname(path), moduleSpecifier.text.replace(/\.js$/, ".ts"));
  if (!exportClause) return isDocumented(module, name);
  if (!ts.isNamedExports(exportClause)) return undefined;
  const own = exportClause.elements.find((one) => one.name.text === name);
  return own && isDocumented(module, (own.propertyName ?? own.name).text);
}
