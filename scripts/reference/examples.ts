import {readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";

/** Expressions and what they give, by entry point and function: the tests run them. */
export type Examples = Record<string, Record<string, [expression: string, result: string][]>>;

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Those of test/docs/examples.json, and those that doc comments of functions state: `@example EXPRESSION gives RESULT`. */
export function examples(): Examples {
  const listed = JSON.parse(readFileSync(at("test/docs/examples.json"), "utf8")) as Examples;
  const stated = readdirSync(at("src"), {recursive: true, encoding: "utf8"})
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => examplesIn(readFileSync(join(at("src"), name), "utf8")));
  return {...listed, assay: {...listed.assay, ...Object.fromEntries(stated)}};
}

function examplesIn(source: string): [name: string, [string, string][]][] {
  if (!source.includes("@example")) return [];
  return [...source.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\nexport (?:async )?function (\w+)/g)].flatMap(
    ([, comment, name]) => {
      const own = [...comment!.matchAll(/@example (.+) gives (.+)/g)];
      return own.length > 0
        ? [
            [
              name!,
              own.map(([, expression, result]): [string, string] => [expression!, result!.trim()])
            ] as const
          ]
        : [];
    }
  ) as [string, [string, string][]][];
}
