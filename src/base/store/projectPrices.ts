import {readdir, readFile, stat} from "node:fs/promises";
import {join} from "node:path";
import type {PriceFile, PriceRow} from "../costs/index.js";
import {priceFileProblems} from "../costs/prices/priceSchema.js";
import {messageOf, UserError} from "../validation/errors.js";
import {assertTextFile} from "../system/regularFile.js";

/** The folder of a project with its dated prices. */
export const PRICES_FOLDER = "prices";

/** All prices of a project's `prices/*.json`, files in the order of their names; none without the folder. Throws with all problems of all files. */
export async function projectPrices(project: string): Promise<PriceRow[]> {
  const folder = join(project, PRICES_FOLDER);
  const names = (await readdir(folder).catch(() => [] as string[]))
    .filter((name) => name.endsWith(".json") && !name.startsWith("."))
    .sort();
  const rows: PriceRow[] = [];
  const problems: string[] = [];
  for (const name of names) {
    const path = `${PRICES_FOLDER}/${name}`;
    try {
      rows.push(...(await unchangedOrRead(join(folder, name), path)));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new UserError([...problems, WHAT_TO_DO].join("\n"));
  return rows;
}

const WHAT_TO_DO = `Mend it, or take the file out of ${PRICES_FOLDER}/.`;

/** The same where what is asked for holds without prices too: when a file is broken, none, and the problem in one line. */
export async function projectPricesOr(project: string): Promise<{prices: PriceRow[]; problem?: string}> {
  try {
    return {prices: await projectPrices(project)};
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [first, ...others] = error.message.split("\n").filter((line) => line !== WHAT_TO_DO);
    const more = others.length === 0 ? "" : ` There are ${others.length} more: \`assay prices\` names all.`;
    return {prices: [], problem: `${first} ${WHAT_TO_DO}${more}`};
  }
}

/** By path, as of the time and size that the file had: every run of a report asks for them, and a public table is long. */
const known = new Map<string, {stamp: string; prices: PriceRow[]}>();

async function unchangedOrRead(path: string, shown: string): Promise<PriceRow[]> {
  const stamp = await stat(path).then(
    ({mtimeMs, size}) => `${mtimeMs} ${size}`,
    () => undefined
  );
  const before = known.get(path);
  if (before && before.stamp === stamp) return before.prices;
  const prices = await readPriceFile(path, shown);
  if (stamp !== undefined) known.set(path, {stamp, prices});
  return prices;
}

/** The prices of one file; `shown` is its name in errors. */
export async function readPriceFile(path: string, shown = path): Promise<PriceRow[]> {
  await assertTextFile(path);
  const text = await readFile(path, "utf8").catch(() => {
    throw new UserError(`${shown} cannot be read. Name a file of prices.`);
  });
  const file = parse(text, shown);
  const problems = priceFileProblems(file);
  if (problems.length > 0) throw new UserError(problems.map((problem) => `${shown}: ${problem}.`).join("\n"));
  return (file as PriceFile).prices;
}

function parse(text: string, shown: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${shown} is not JSON: ${messageOf(error)}`);
  }
}
