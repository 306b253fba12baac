/**
 * Personal data and secrets: finding them, redacting them, and deciding which rows may go where.
 * In: texts, a dataset's rules, and where rows would go. Out: findings in a ledger, masked texts, or a refusal.
 * A recogniser is one file in `recognizers/`. It deletes no rows; a purge in `data/datasets` does.
 */
export {acceptances} from "./acceptances.js";
export {acceptFindings} from "./acceptFindings.js";
export {type Annotation, checkAnnotations} from "./annotations.js";
export {askedDataset} from "./askedDecisions.js";
export {asDefined} from "./asDefined.js";
export {ensureLedger} from "./ensureLedger.js";
export type {Finding, Layer, Recognizer} from "./finding.js";
export {
  type Destination,
  type CheckedFinding,
  checkPrivacy,
  passageTable,
  passageFor
} from "./privacyCheck.js";
export {type LedgerEntry, type LedgerSummary, scanRow} from "./ledger.js";
export {measureRecognition, recognition, type Recognition} from "./labelledSample.js";
export {
  type ExcerptCache,
  type MaskExcerpt,
  maskingVersion,
  openExcerptCache,
  openKeptMasks
} from "./keptMasks.js";
export {maskExcerpt, maskText} from "./maskExcerpt.js";
export {pullRedaction, pullRedactor} from "./pullRedactor.js";
export {pseudonym, pseudonymKey} from "./pseudonymKey.js";
export {allRecognizers, recognizersVersion} from "./recognizers/index.js";
export {refusedRows, sensitivityOf, versionRefusal} from "./refusedRows.js";
export {phoneNumbers} from "./recognizers/phone.js";
export {type Action, redact, type RedactionPolicy} from "./redact.js";
export {type ScanOptions, scanText} from "./scanText.js";
export {compareSpans, scoreSpans, type Span, type SpanScore} from "./spanScoring.js";
export {readTrust, trustLevels} from "./trust.js";
export {ledgerSummary, scanVersion, unscannedColumns, versionFindings} from "./versionLedger.js";
