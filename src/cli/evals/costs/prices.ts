import {readFile, rename, writeFile} from "node:fs/promises";
import {basename, join} from "node:path";
import {
  dayOf,
  daysOld,
  isOldPrice,
  litellmPrices,
  OLD_PRICE_DAYS,
  type PriceFile,
  type PriceRow
} from "../../../base/costs/index.js";
import {PRICES_FOLDER, projectPrices} from "../../../report/site/index.js";
import {messageOf, UserError} from "../../../base/validation/index.js";
import {statedAmounts, tierTexts} from "./amountsText.js";
import {findProject} from "../../project/project.js";
import {dim, note, print, printJson, table} from "../../terminal/terminal.js";
import {assertTextFile} from "../../../base/system/regularFile.js";
import {makeFolder} from "../../../base/system/files.js";

/** Lists the project's prices, those of models whose name holds `text` only. */
export async function pricesVerb(text: string | undefined, options: {json?: boolean}): Promise<void> {
  const today = dayOf(Date.now());
  const rows = (await projectPrices(findProject())).filter(
    ({model}) => text === undefined || model.includes(text)
  );
  if (options.json)
    return printJson(
      rows.map((row) => ({
        ...row,
        daysOld: daysOld(row.asOf, today),
        old: isOldPrice(row.asOf, today),
        ahead: row.asOf > today
      }))
    );
  if (rows.length === 0)
    return print(
      text === undefined
        ? `No prices yet. Write ${PRICES_FOLDER}/NAME.json, or take a public table: \`assay prices import FILE\`.`
        : `No price of a model with ${JSON.stringify(text)} in its name.`
    );
  print(
    table(rows, [
      {title: "model", text: "name", value: (row) => row.model},
      {title: "provider", text: "name", value: (row) => row.provider},
      {title: "currency", value: (row) => row.currency ?? "USD"},
      {title: "input/1M", align: "right", value: (row) => row.inputPerMillion},
      {title: "cached", align: "right", value: (row) => row.cachedInputPerMillion},
      {title: "output", align: "right", value: (row) => row.outputPerMillion},
      {title: "batch in", align: "right", value: (row) => row.batchInputPerMillion},
      {title: "batch out", align: "right", value: (row) => row.batchOutputPerMillion},
      {title: "training", align: "right", value: (row) => row.trainingPerMillion},
      {title: "hosting/h", align: "right", value: (row) => row.hostingPerHour},
      {title: "long prompts", value: (row) => tiersText(row)},
      {title: "as of", value: (row) => row.asOf},
      {title: "", value: (row) => (isOldPrice(row.asOf, today) ? "old" : row.asOf > today ? "ahead" : "")},
      {title: "shutdown", value: (row) => row.shutdownDate},
      {title: "source", text: "excerpt", value: (row) => row.source}
    ])
  );
  const old = rows.filter(({asOf}) => isOldPrice(asOf, today)).length;
  if (old > 0)
    print(dim(`${old} of ${rows.length} are older than ${OLD_PRICE_DAYS} days. A dash is unknown, not 0.`));
  else print(dim("A dash is unknown, not 0."));
  const ahead = rows.filter(({asOf}) => asOf > today).length;
  if (ahead > 0)
    print(dim(`${ahead} of ${rows.length} ${ahead === 1 ? "is" : "are"} of a day to come: ${NOT_YET}`));
}

const NOT_YET = "until then nothing is priced by it.";

/** "above 200,000: 4 in, 12 out", the lowest first. */
function tiersText({tiers}: PriceRow): string | undefined {
  const each = tierTexts(tiers, (bound, {inputPerMillion, cachedInputPerMillion, outputPerMillion}) => {
    const amounts = statedAmounts([inputPerMillion, cachedInputPerMillion, outputPerMillion]);
    return `above ${bound}: ${amounts}`;
  });
  return each.length === 0 ? undefined : each.join("; ");
}

export interface PriceImportOptions {
  asOf?: string;
  source?: string;
  name?: string;
  only?: string[];
  json?: boolean;
}

/** Writes `prices/NAME.json` from a table of litellm's layout; replaces the file of that name. */
export async function importPricesVerb(file: string, options: PriceImportOptions): Promise<void> {
  const asOf = options.asOf ?? dayOf(Date.now());
  const source = options.source ?? `litellm's price table (${basename(file)})`;
  const {rows, skipped: unread, zero} = read(await textOf(file), file, {asOf, source});
  const isWanted = ({model}: {model: string}) =>
    !options.only || options.only.some((part) => model.includes(part));
  const kept = rows.filter(isWanted);
  const skipped = unread.filter(isWanted);
  if (kept.length === 0)
    throw new UserError(
      [
        `${file}: none of its ${rows.length} priced models is wanted${options.only ? ` (--only ${options.only.join(", ")})` : ""}. Nothing was written.`,
        ...skippedLines(skipped)
      ].join("\n")
    );
  const name = options.name ?? `litellm-${asOf}`;
  if (!/^[\w.-]+$/.test(name) || name.startsWith("."))
    throw new UserError(`--name takes letters, digits, "-", "_" and ".", not ${JSON.stringify(name)}.`);
  const path = join(PRICES_FOLDER, `${name}.json`);
  await write(findProject(), path, {kind: "prices", prices: kept});
  const zeros = zero.filter((model) => kept.some((row) => row.model === model));
  const ahead = asOf > dayOf(Date.now());
  if (options.json) return printJson({file: path, prices: kept.length, asOf, ahead, skipped, zero: zeros});
  print(`${path}: ${kept.length} prices as of ${asOf}`);
  if (ahead) note(`! ${asOf} is a day to come: ${NOT_YET}`);
  const lines = skippedLines(skipped);
  for (const line of lines) note(line);
  if (lines.length > 0) note("--json lists them.");
  if (zeros.length > 0)
    note(
      `${counted(zeros.length)} a price of 0 for prompts or answers, such as ${zeros[0]!}: free, or not filled in. Check those that you use.`
    );
}

/** A line for each reason why models were left out, the most frequent first. */
function skippedLines(skipped: readonly {model: string; reason: string}[]): string[] {
  const byReason = new Map<string, string[]>();
  for (const {model, reason} of skipped) {
    const models = byReason.get(reason);
    if (models) models.push(model);
    else byReason.set(reason, [model]);
  }
  return [...byReason]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(
      ([reason, models]) =>
        `${models.length} ${models.length === 1 ? "model was" : "models were"} left out, such as ${models[0]!}: ${reason}.`
    );
}

const counted = (models: number) => (models === 1 ? "1 model states" : `${models} models state`);

async function textOf(file: string): Promise<string> {
  await assertTextFile(file);
  return readFile(file, "utf8").catch((error: unknown) => {
    throw new UserError(`${file} cannot be read: ${messageOf(error)}`);
  });
}

function read(text: string, file: string, when: Pick<PriceRow, "asOf" | "source">) {
  try {
    return litellmPrices(JSON.parse(text), when);
  } catch (error) {
    throw new UserError(
      `${file} is no table of litellm's layout: ${messageOf(error)}. It is the file model_prices_and_context_window.json of litellm's repository.`
    );
  }
}

async function write(project: string, path: string, content: PriceFile): Promise<void> {
  await makeFolder(join(project, PRICES_FOLDER));
  const target = join(project, path);
  await writeFile(`${target}.part`, JSON.stringify(content, null, 1) + "\n");
  await rename(`${target}.part`, target);
}
