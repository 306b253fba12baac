import type {Endpoint} from "../../../inference/endpoints/types.js";
import {
  type Destination,
  passageFor,
  readTrust,
  refusedRows,
  versionRefusal,
  sensitivityOf,
  trustLevels
} from "../../../data/privacy/index.js";
import {UserError} from "../../../base/validation/index.js";
import type {Store, VersionManifest} from "../../../base/store/index.js";
import type {ResolvedEval} from "./resolve.js";

/** An endpoint that rows would be sent to, and who would send them. */
export interface Recipient {
  /** A candidate or a scorer. */
  name: string;
  endpoint: Pick<Endpoint, "name" | "trust">;
}

/** Which rows of a version may be sent where. */
export interface PrivacyCheck {
  /** Why a row may not be sent to an endpoint; undefined when it may. Holds no word of the row. */
  refusal(endpoint: Pick<Endpoint, "trust">, rowId: string): string | undefined;
  /** True when a row may be sent to every endpoint of the run, as a few-shot example is. */
  everywhere(rowId: string): boolean;
  /** For a person: how many of the rows counted stay behind, which and by what rule. */
  message(endpoint: Pick<Endpoint, "trust">, refused: readonly string[], rows: number): string;
}

/**
 * Opens the privacy check of a run: reads which rows each endpoint may not see, scanning the version first when it has no
 * ledger. With local endpoints alone nothing is read. Throws UserError when an endpoint may see no row at all.
 */
export async function openPrivacyCheck(
  store: Store,
  version: VersionManifest,
  recipients: readonly Recipient[],
  onMessage?: (message: string) => void
): Promise<PrivacyCheck> {
  refuseOutright(version, recipients);
  const refused = new Map<Destination, Map<string, string[]>>();
  for (const trust of new Set(recipients.map(({endpoint}) => readTrust(endpoint.trust)))) {
    const rows = await refusedRows(store, version, trust, {onMessage});
    if (rows !== "all") refused.set(trust, rows);
  }
  const sensitivity = sensitivityOf(version);
  return {
    refusal: (endpoint, rowId) => {
      const trust = readTrust(endpoint.trust);
      const rules = refused.get(trust)?.get(rowId);
      return (
        rules &&
        `Not sent to an endpoint of trust "${trust}": ${rules.join(", ")} is unresolved in a dataset of sensitivity "${sensitivity}".`
      );
    },
    everywhere: (rowId) => [...refused.values()].every((rows) => !rows.has(rowId)),
    message: (endpoint, rows, total) => {
      const trust = readTrust(endpoint.trust);
      return versionRefusal(
        version,
        rows.map((row) => ({row, rules: refused.get(trust)?.get(row) ?? []})),
        total,
        trust
      );
    }
  };
}

/** Whether no row of a version may go to an endpoint, whatever it holds. */
export function mayNothingGo(version: VersionManifest, {trust}: Recipient["endpoint"]): boolean {
  return passageFor(sensitivityOf(version), readTrust(trust)) === "none";
}

/** Throws UserError, naming all of them, when rows of this sensitivity may not go to some endpoint at all. */
export function refuseOutright(version: VersionManifest, recipients: readonly Recipient[]): void {
  const sensitivity = sensitivityOf(version);
  const barred = recipients.filter(({endpoint}) => mayNothingGo(version, endpoint));
  if (barred.length === 0) return;
  const stated =
    version.sensitivity === undefined
      ? `states no sensitivity, which counts as "${sensitivity}"`
      : `is of sensitivity "${sensitivity}"`;
  throw new UserError(
    `dataset ${version.dataset} ${stated}, and no row of it may go to an endpoint of trust "${readTrust(barred[0]!.endpoint.trust)}":\n` +
      barred
        .map(({name, endpoint}) => `  - ${name} (endpoint ${endpoint.name}${unreadable(endpoint)})\n`)
        .join("") +
      `Choose a local endpoint, state the endpoint's trust if there is an agreement ("contract") or your team runs it ("internal"), or state sensitivity: "public" in the dataset if it is. No row was sent.`
  );
}

function unreadable({trust: stated}: {trust: unknown}): string {
  return readTrust(stated) === stated
    ? ""
    : `, whose trust ${stated === undefined ? "is missing: it" : `${JSON.stringify(stated)}`} is none of ${trustLevels.join(", ")} and counts as "external"`;
}

/** The candidates' endpoints that are known before they are prepared, and those that scorers ask. */
export function knownRecipients(resolved: Pick<ResolvedEval, "candidates" | "scorers">): Recipient[] {
  return [
    ...resolved.candidates.flatMap(({name, reach}) => (reach ? [{name, endpoint: reach.endpoint}] : [])),
    ...scorerRecipients(resolved.scorers)
  ];
}

export function scorerRecipients(scorers: ResolvedEval["scorers"]): Recipient[] {
  return scorers.flatMap(({name, scorer}) => (scorer.asks ? [{name, endpoint: scorer.asks}] : []));
}

/** The scorers, of which those that ask an endpoint fail for rows that it may not see. */
export function guardScorers(scorers: ResolvedEval["scorers"], check: PrivacyCheck): ResolvedEval["scorers"] {
  return scorers.map((one) => {
    const {scorer} = one;
    const {asks} = scorer;
    if (!asks) return one;
    const guarded: typeof scorer = (input) => {
      const reason = check.refusal(asks, input.row.id);
      return reason === undefined ? scorer(input) : {failed: reason};
    };
    return {...one, scorer: Object.assign(guarded, scorer)};
  });
}
