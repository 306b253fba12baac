import type {Sensitivity} from "../datasets/index.js";
import type {Store, VersionManifest} from "../../base/store/index.js";
import {askedDataset} from "./askedDecisions.js";
import {ensureLedger} from "./ensureLedger.js";
import {
  type Destination,
  type CheckedFinding,
  checkPrivacy,
  passageFor,
  type PrivacyCheckResult,
  readSensitivity,
  refusalMessage
} from "./privacyCheck.js";
import {checkedFinding, ledgerEntries} from "./versionLedger.js";

/**
 * The rows of a version that may not go to a destination, with the rules that stop each. The version is scanned
 * first when it has no ledger of today's recognisers; where every row may go, nothing is read. Where none may go
 * the answer is "all". Rows without findings are not held in memory.
 * @param columns those that would go, all unless told: what was found in another one stops no row
 * @param newOnly of answers: what was found in the words that they are to stops no row
 */
export async function refusedRows(
  store: Store,
  version: VersionManifest,
  endpointTrust: Destination,
  {
    onMessage,
    columns,
    newOnly
  }: {onMessage?: (message: string) => void; columns?: readonly string[]; newOnly?: boolean} = {}
): Promise<Map<string, string[]> | "all"> {
  const sensitivity = sensitivityOf(version);
  const passage = passageFor(sensitivity, endpointTrust);
  if (passage === "all") return new Map();
  if (passage === "none") return "all";
  await ensureLedger(store, version, {onWait: onMessage});
  const findings = new Map<string, CheckedFinding[]>();
  const left = new Set(
    columns && version.columns.map(({name}) => name).filter((name) => !columns.includes(name))
  );
  for await (const {row_id, ...entry} of ledgerEntries(store, version, {whatWasDone: true, newOnly})) {
    if (left.has(entry.column)) continue;
    const known = findings.get(row_id);
    if (known) known.push(checkedFinding(entry));
    else findings.set(row_id, [checkedFinding(entry)]);
  }
  const {refused} = checkPrivacy({endpointTrust, sensitivity, findings});
  return new Map(refused.map(({row, rules}) => [row, rules]));
}

/** What a version says of its sensitivity; `internal` when it says nothing, `personal` when it cannot be read. */
export function sensitivityOf({sensitivity}: Pick<VersionManifest, "sensitivity">): Sensitivity {
  return readSensitivity(sensitivity);
}

/** Says which of `total` rows of a version may not go, and by which command that is decided; `refused` is not empty. */
export function versionRefusal(
  version: VersionManifest,
  refused: PrivacyCheckResult["refused"],
  total: number,
  to: Destination
): string {
  return refusalMessage(refused, total, to, {
    sensitivity: sensitivityOf(version),
    dataset: version.dataset,
    asked: askedDataset(version)
  });
}
