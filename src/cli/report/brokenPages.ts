import {readdir, readFile} from "node:fs/promises";
import {join} from "node:path";

/**
 * Pages of a built site that cannot work, each with what is wrong: Framework ends with 0 when a cell holds an error, and
 * also when a package could not be bundled, which then is imported by a name that no browser knows.
 */
export async function brokenPages(dist: string): Promise<string[]> {
  const broken: string[] = [];
  for (const file of (await readdir(dist, {recursive: true})).sort()) {
    if (!file.endsWith(".html")) continue;
    const text = await readFile(join(dist, file), "utf8");
    if (text.includes("observablehq--error")) broken.push(`${file} (an error instead of a result)`);
    const [, name] = /\bimport\("([^"./][^":]*)"\)/.exec(text) ?? [];
    if (name !== undefined) broken.push(`${file} (${name} could not be bundled)`);
  }
  return broken;
}
