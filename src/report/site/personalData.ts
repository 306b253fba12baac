import type {RunManifest, Store, VersionManifest} from "../../base/store/index.js";

/**
 * Rows of a run's dataset version with unresolved personal data or secrets, of all its rows; undefined when the version is
 * gone or was never scanned.
 */
export async function unresolvedPersonalData(
  store: Store,
  run: RunManifest
): Promise<{rows: number; of: number} | undefined> {
  const version = (await store.versions(run.dataset.name)).find(({id}) => id === run.dataset.version);
  return version && unresolvedIn(store, version);
}

/** Rows of a version with unresolved personal data or secrets, of all its rows; undefined when it was never scanned. */
export async function unresolvedIn(
  store: Store,
  version: VersionManifest
): Promise<{rows: number; of: number} | undefined> {
  // The recognisers take a while to load, and results of other tools have no version to scan.
  const {checkPrivacy, ledgerSummary, versionFindings} = await import("../../data/privacy/index.js");
  if (!(await ledgerSummary(store, version))) return undefined;
  // A report takes rows without unresolved findings, whatever the dataset's sensitivity.
  const {refused, allowed} = checkPrivacy({
    endpointTrust: "report",
    findings: await versionFindings(store, version)
  });
  return {rows: refused.length, of: refused.length + allowed.length};
}
