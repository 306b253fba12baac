import {scanText} from "../../data/privacy/index.js";
import {UserError, withoutCredentials} from "../../base/validation/index.js";
import type {RunManifest} from "../../base/store/index.js";

/** Kinds with a shape of their own; what only looks like a password is masked or published as the eval says. */
const SURE = new Set(["API_KEY", "ACCESS_TOKEN", "PRIVATE_KEY"]);
const NAMED = 5;

/** Keys and tokens in what a report would publish as it is. */
export class PublishedSecrets {
  private readonly rows = new Map<string, string>();

  /** Looks through every text of a value. */
  look(row: string, value: unknown): void {
    for (const text of textsIn(value))
      for (const {type} of scanText(text, {layers: ["secrets"]}))
        if (SURE.has(type)) this.rows.set(row, type);
  }

  /** Throws a UserError that names the rows, never the secret, where anything was found. */
  refuse(run: string): void {
    if (this.rows.size === 0) return;
    const named = [...this.rows].slice(0, NAMED).map(([row, type]) => `row ${row} (${type})`);
    const more = this.rows.size > NAMED ? ` and ${this.rows.size - NAMED} more` : "";
    throw new UserError(
      `Run ${run} publishes texts as they are, and holds secrets: ${named.join(", ")}${more}. Set \`publish: "masked"\` in the eval, or erase the rows with \`assay purge\`. Nothing was published.`
    );
  }
}

/** Throws a UserError, which does not show them, where names that every report shows hold keys, tokens or credentials. */
export function refuseSecretNames({id, candidates, variants}: RunManifest): void {
  const named = [
    ...candidates.map(({name, model}, i) => ({what: `candidate ${i + 1}`, texts: [name, model]})),
    ...variants.map(({name}, i) => ({what: `prompt ${i + 1}`, texts: [name]}))
  ];
  const found = named.filter(({texts}) => texts.some(isSecret)).map(({what}) => what);
  if (found.length > 0)
    throw new UserError(
      `Run ${id} has names that hold secrets, and reports show names: ${found.join(", ")}. Name them otherwise and run the eval again; of another tool's results, read the files again. Nothing was published.`
    );
}

function isSecret(name: string): boolean {
  return (
    withoutCredentials(name) !== name ||
    scanText(name, {layers: ["secrets"]}).some(({type}) => SURE.has(type))
  );
}

function* textsIn(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null)
    for (const inner of Object.values(value)) yield* textsIn(inner);
}
