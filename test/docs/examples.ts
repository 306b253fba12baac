import {readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";

/** For each function of an entry point, expressions and what they give. */
export type Examples = Record<string, Record<string, [expression: string, result: string][]>>;

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Those that doc comments state as `@example`, and those of `examples.json`. */
export function allExamples(): Examples {
  const stated = JSON.parse(readFileSync(path("examples.json"), "utf8")) as Examples;
  return {...stated, assay: {...stated.assay, ...statedExamples()}};
}

/** Every function below a folder with the `@example EXPRESSION gives RESULT` lines of its doc comment, in backquotes or not. */
export function statedExamples(folder = path("../../src")): Examples[string] {
  const found: Examples[string] = {};
  for (const name of readdirSync(folder, {recursive: true, encoding: "utf8"}).sort()) {
    if (!name.endsWith(".ts")) continue;
    const text = readFileSync(join(folder, name), "utf8");
    if (!text.includes("@example")) continue;
    const documented = /\/\*\*((?:(?!\*\/)[^])*)\*\/\nexport (?:async )?(?:function|const) (\w+)/g;
    for (const [, comment = "", scorer = ""] of text.matchAll(documented)) {
      const own = [...comment.matchAll(/@example (`?)(.+)\1 gives (`?)(.+)\3$/gm)];
      if (own.length > 0)
        found[scorer] = own.map(([, , expression = "", , result = ""]) => [expression, result]);
    }
  }
  return found;
}

/** The scorer that an example configures: `bleu()` of `await bleu()({…})`, `wer` of `await wer({…})`. */
export function configuredScorer(name: string, expression: string): string {
  const start = expression.indexOf(`${name}(`);
  const end = closing(expression, start + name.length);
  return expression[end] === "(" ? expression.slice(start, end) : name;
}

/** The end of the parentheses that open at a place; those within quotes do not count. */
function closing(text: string, open: number): number {
  let depth = 0;
  let quote = "";
  for (let at = open; at < text.length; at++) {
    const character = text[at]!;
    if (quote !== "") quote = character === quote ? "" : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === "(") depth++;
    else if (character === ")" && --depth === 0) return at + 1;
  }
  throw new Error(`no closing parenthesis: ${text}`);
}
