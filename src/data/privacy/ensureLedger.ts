import {type Store, versionKey, type VersionManifest} from "../../base/store/index.js";
import {askedDataset} from "./askedDecisions.js";
import type {LedgerSummary} from "./ledger.js";
import {markAccepted} from "./markAccepted.js";
import {recognizersVersion} from "./recognizers/index.js";
import {defaultMinScore} from "./scanText.js";
import {
  defaultLayers,
  ledgerSummary,
  scanVersion,
  type ScanVersionOptions,
  scannedColumns
} from "./versionLedger.js";

/**
 * The ledger of a version: the one it has, when that was made by these recognisers and looked at no less than is
 * asked for, or a new one. `scanned` tells which. Two processes that ask at once scan once.
 */
export async function ensureLedger(
  store: Store,
  version: VersionManifest,
  options: ScanVersionOptions & {waitMs?: number; onWait?: (message: string) => void} = {}
): Promise<{summary: LedgerSummary; scanned: boolean}> {
  const {waitMs = 600_000, onWait, ...asked} = options;
  const lock = {what: `a scan of ${version.dataset}`, waitMs, onWait};
  return store.workspace.lease(`ledger-${version.dataset}`, lock, async () => {
    const known = await ledgerSummary(store, version);
    if (known && covers(known, version, asked)) return {summary: known, scanned: false};
    await store.workspace.place.sweep(versionKey({dataset: version.dataset, id: version.id}));
    const scanned = await scanVersion(store, version, asked);
    // A scan takes what was accepted in the dataset itself alone.
    if (askedDataset(version) === undefined) return {summary: scanned, scanned: true};
    await markAccepted(store, version);
    return {summary: (await ledgerSummary(store, version))!, scanned: true};
  });
}

function covers(known: LedgerSummary, version: VersionManifest, asked: ScanVersionOptions): boolean {
  const {
    layers = defaultLayers,
    columns = scannedColumns(version),
    minScore = defaultMinScore,
    policy
  } = asked;
  return (
    known.recognizers === recognizersVersion() &&
    layers.every((layer) => known.layers.includes(layer)) &&
    columns.every((column) => known.columns.includes(column)) &&
    known.minScore <= minScore &&
    policy === undefined &&
    asked.recognizers === undefined
  );
}
