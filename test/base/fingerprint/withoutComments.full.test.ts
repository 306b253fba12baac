import {readdirSync, readFileSync} from "node:fs";
import {join, resolve} from "node:path";
import ts from "typescript";
import {describe, expect, it} from "vitest";
import {withoutComments} from "../../../src/base/fingerprint/withoutComments.js";

const src = resolve(import.meta.dirname, "../../../src");

/** The words of a program as the compiler's own parser finds them. */
function wordsOf(name: string, text: string): string {
  const words: string[] = [];
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const visit = (node: ts.Node) => {
    const children = node
      .getChildren(file)
      .filter(({kind}) => kind < ts.SyntaxKind.FirstJSDocNode || kind > ts.SyntaxKind.LastJSDocNode);
    if (children.length === 0 && node.getWidth(file) > 0) words.push(node.getText(file));
    children.forEach(visit);
  };
  visit(file);
  return words.join("");
}

describe("withoutComments", () => {
  it("keeps every word of every file of the package, and no comment", () => {
    const wrong: string[] = [];
    for (const name of readdirSync(src, {recursive: true, encoding: "utf8"})) {
      if (!name.endsWith(".ts") || name.includes("observablehq")) continue;
      const text = readFileSync(join(src, name), "utf8");
      const squeezed = (said: string) => said.replace(/\s+/g, "");
      if (squeezed(withoutComments(text)) !== squeezed(wordsOf(name, text))) wrong.push(name);
    }
    expect(wrong).toEqual([]);
  });

  it("keeps what only looks like one", () => {
    expect(withoutComments('const a = "// no"; // yes\nb = /[/]\\/*/.test(c) / 2 /* yes */;')).toBe(
      'const a = "// no"; b = /[/]\\/*/.test(c) / 2 ;'
    );
    expect(withoutComments("`// ${a ? `/* ${ {b: 1}.b } */` : '}'} // no`; // yes")).toBe(
      "`// ${a ? `/* ${ {b: 1}.b } */` : '}'} // no`;"
    );
    expect(withoutComments("return /x  y/")).toBe("return /x  y/");
  });

  it("is the same for other layout, and another for other words", () => {
    expect(withoutComments("a  +\n\tb /* c */")).toBe("a + b");
    expect(withoutComments("a + b")).not.toBe(withoutComments("a - b"));
  });
});
