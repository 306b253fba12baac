import type {PriceRow} from "./priceRow.js";

/** Where a model is asked, which tells whose prices hold for it. */
export interface AskedAt {
  /** The endpoint's name. */
  endpoint?: string;
  /** The host of its address, or the provider that it asks a router for. */
  host?: string;
}

/**
 * The newest price of a model that was read on or before `at`; of several of one day the last. A row is the model's when its
 * name is the model's, or is it after a provider's prefix ("openai/…"). Of several providers' rows the one holds whose
 * provider, or prefix, is in the endpoint's name, else in its host. Undefined when there is none, or when several with
 * different amounts may hold.
 */
export function priceAt(
  rows: readonly PriceRow[],
  model: string,
  at: string,
  asked: AskedAt = {}
): PriceRow | undefined {
  const found = rowsAt(rows, model, at, asked);
  return haveSameAmounts(found) ? newest(found) : undefined;
}

/** The newest row of each provider whose price may hold: one where the endpoint tells which, or where there is only one. */
export function rowsAt(
  rows: readonly PriceRow[],
  model: string,
  at: string,
  asked: AskedAt = {}
): PriceRow[] {
  const read = rows.filter(({asOf}) => asOf <= at.slice(0, 10));
  const exact = read.filter((row) => row.model === model);
  const own =
    exact.length > 0
      ? exact
      : read.filter((row) => row.model.endsWith(`/${model}`) || model.endsWith(`/${row.model}`));
  const leaders = new Set(byProvider(own).map(newest));
  const each = own.filter((row) => leaders.has(row));
  if (each.length < 2) return each;
  for (const text of [asked.endpoint, asked.host]) {
    const found = nearest(each, text ?? "");
    if (found.length > 0) return found;
  }
  return each;
}

/** Why the list has no price for a model that it names, and what to do; undefined when it has one, or names none. */
export function undecidedPrice(
  rows: readonly PriceRow[],
  model: string,
  at: string,
  asked: AskedAt = {}
): string | undefined {
  const found = rowsAt(rows, model, at, asked);
  if (haveSameAmounts(found)) return undefined;
  const names = found.map(
    (row) => `${row.model}${row.provider === undefined ? "" : ` of ${row.provider}`} (${row.asOf})`
  );
  return `the price list has several prices for ${model}${asked.endpoint === undefined ? "" : ` at ${asked.endpoint}`}: ${names.join(", ")}. Name the endpoint after the provider that is meant, or state its "price".`;
}

function newest(rows: readonly PriceRow[]): PriceRow | undefined {
  return rows.reduce<PriceRow | undefined>(
    (best, row) => (best && best.asOf > row.asOf ? best : row),
    undefined
  );
}

/** A row without a provider is of the only provider of its name, where there is only one. */
function byProvider(rows: readonly PriceRow[]): PriceRow[][] {
  const models = [...new Set(rows.map(({model}) => model))];
  return models.flatMap((model) => {
    const own = rows.filter((row) => row.model === model);
    const providers = new Set(own.flatMap(({provider}) => provider?.toLowerCase() ?? []));
    if (providers.size < 2) return [own];
    return [...providers, undefined].map((name) => own.filter((row) => row.provider?.toLowerCase() === name));
  });
}

/** The rows whose provider the text names; of several the last, since a host ends with its owner. */
function nearest(rows: readonly PriceRow[], text: string): PriceRow[] {
  const places = rows.map((row) => Math.max(...namesOf(row).map((name) => placeOf(name, text))));
  const best = Math.max(...places);
  return best < 0 ? [] : rows.filter((_, i) => places[i] === best);
}

/** The rows that are of a provider by name: a row that names none may be anybody's. */
export function rowsOf(rows: readonly PriceRow[], provider: string): PriceRow[] {
  return rows.filter((row) => namesOf(row).some((name) => spells(name, provider)));
}

/** Whether words of a text spell a name. */
export function spells(name: string, text: string): boolean {
  return placeOf(name, text) >= 0;
}

function namesOf({model, provider}: PriceRow): string[] {
  const prefix = model.includes("/") ? model.slice(0, model.lastIndexOf("/")) : undefined;
  return [provider ?? "", prefix ?? ""];
}

/** The place of the last words of a text that spell a name; -1 where none do. */
function placeOf(name: string, text: string): number {
  const wanted = wordsOf(name).join("");
  const words = wordsOf(text);
  if (wanted === "") return -1;
  for (let end = words.length; end > 0; end--)
    for (let start = end - 1; start >= 0; start--)
      if (words.slice(start, end).join("") === wanted) return end;
  return -1;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

const UNPRICED: readonly (keyof PriceRow)[] = ["model", "provider", "asOf", "source", "shutdownDate"];

function haveSameAmounts(rows: readonly PriceRow[]): boolean {
  const amounts = rows.map((row) =>
    JSON.stringify(
      Object.entries(row)
        .filter(([name, value]) => !UNPRICED.includes(name as keyof PriceRow) && value !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1))
    )
  );
  return new Set(amounts).size < 2;
}
