import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {type AskedAt, isDay, type PriceRow, rowsAt} from "../../base/costs/index.js";
import {messageOf, UserError} from "../../base/validation/index.js";
import {assertTextFile} from "../../base/system/regularFile.js";

/** Something that a service ends. */
export interface Shutdown {
  /** Of the address it is reached at, such as "api.openai.com". */
  host: string;
  touches: "model" | "fine-tuning" | "evals";
  /** The model's name, or its beginning with a star, or several; every model when absent. */
  model?: string | string[];
  /** Day, as 2027-01-06. */
  date: string;
  says: string;
  /** Who says so. */
  source: string;
  /** The day on which this was read. */
  asOf: string;
}

/** When something ends that a candidate needs, from whatever source. */
export type KnownEnd = Omit<Shutdown, "host">;

const PACKAGED = fileURLToPath(new URL("../../../templates/shutdowns.json", import.meta.url));

/**
 * What services are known to end, by date: the package's table and the project's own `shutdowns.json`, which has the same
 * form. Throws a UserError that names every entry which is not of it.
 */
export async function readShutdowns(project: string): Promise<Shutdown[]> {
  const own = await entriesOf(join(project, "shutdowns.json"), "shutdowns.json");
  return [...(await entriesOf(PACKAGED)), ...own].sort((a, b) => a.date.localeCompare(b.date));
}

/**
 * What a price list says of a model's end: of the rows that name one, the newest read until `at`; of several providers each where
 * nothing tells which is asked.
 */
export function listedEnds(
  prices: readonly PriceRow[],
  model: string,
  at: string,
  asked: AskedAt = {}
): KnownEnd[] {
  const ending = prices.filter(({shutdownDate}) => shutdownDate !== undefined);
  return rowsAt(ending, model, at, asked).map((row) => ({
    touches: "model",
    model: row.model,
    date: row.shutdownDate!,
    says: `${row.provider === undefined ? "" : `${row.provider}: `}${row.model} shuts down`,
    source: `price list: ${row.source}`,
    asOf: row.asOf
  }));
}

/**
 * The entries about one model at one address: those about fine-tuning only for models that were fine-tuned there, those
 * about evals by the address of the service that gave the scores, wherever the model is.
 */
export function shutdownsOf(
  shutdowns: readonly Shutdown[],
  {host, model, scoredAt}: {host: string | undefined; model: string; scoredAt: string | undefined}
): Shutdown[] {
  return shutdowns.filter(({host: ends, touches, model: of}) => {
    const own = touches === "evals" ? scoredAt : host;
    return (
      own !== undefined &&
      (own === ends || own.endsWith(`.${ends}`)) &&
      (touches !== "fine-tuning" || model.startsWith("ft:")) &&
      (of === undefined || [of].flat().some((one) => isNamed(model, one)))
    );
  });
}

const isNamed = (model: string, of: string) =>
  of.endsWith("*") ? model.startsWith(of.slice(0, -1)) : model === of;

/** `own` names the project's file, which may be absent; the package's table is there. */
async function entriesOf(path: string, own?: string): Promise<Shutdown[]> {
  await assertTextFile(path);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (own !== undefined && (cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new UserError(`${path} cannot be read: ${messageOf(cause)}`, {cause});
  }
  let table: {asOf?: unknown; entries?: unknown};
  try {
    table = JSON.parse(text) as typeof table;
  } catch (cause) {
    throw new UserError(`${path} is not valid JSON: ${messageOf(cause)}`, {cause});
  }
  const entries = Array.isArray(table.entries) ? (table.entries as Partial<Shutdown>[]) : [];
  const problems = [
    ...(isDay(table.asOf) ? [] : ["asOf must be a day such as 2026-11-26"]),
    ...(Array.isArray(table.entries) ? [] : ["entries must be a list"]),
    ...entries.flatMap((entry, i) => shutdownProblems(entry).map((problem) => `entries[${i}]: ${problem}`))
  ];
  if (problems.length > 0) throw new UserError(`${path}: ${problems.join("; ")}.`);
  return entries.map((entry) => ({
    ...(entry as Shutdown),
    source: own ?? (entry.source === undefined ? "Assay's table" : `Assay's table: ${entry.source}`),
    asOf: table.asOf as string
  }));
}

function shutdownProblems({host, touches, date, says}: Partial<Shutdown>): string[] {
  return [
    ...(typeof host === "string" && host !== "" ? [] : ["host must be an address's name"]),
    ...(["model", "fine-tuning", "evals"].includes(String(touches))
      ? []
      : ["touches must be model, fine-tuning or evals"]),
    ...(isDay(date) ? [] : ["date must be a day such as 2027-01-06"]),
    ...(typeof says === "string" && says !== "" ? [] : ["says must be a sentence"])
  ];
}
