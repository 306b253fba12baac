export {acceptances, type Acceptance} from "./acceptances.js";
export {acceptFindings, type AcceptedFindings} from "./acceptFindings.js";
export {type Annotation, checkAnnotations, type CheckedAnnotations} from "./annotations.js";
export {ensureLedger} from "./ensureLedger.js";
export {type Finding, type Layer, layers, type Recognizer} from "./finding.js";
export {
  type Destination,
  type CheckedFinding,
  type PrivacyCheckInput,
  checkPrivacy,
  type PrivacyCheckResult,
  type Passage,
  passageTable,
  passageFor,
  refusalMessage
} from "./privacyCheck.js";
export {
  type LedgerEntry,
  type LedgerOptions,
  type LedgerSummary,
  type ScannedRow,
  scanRow
} from "./ledger.js";
export {measureRecognition, recognition, type Recognition} from "./labelledSample.js";
export {maskExcerpt, maskText} from "./maskExcerpt.js";
export {pullRedactor, type PullRedactorOptions} from "./pullRedactor.js";
export {pseudonym, pseudonymKey} from "./pseudonymKey.js";
export {allRecognizers, recognizersVersion} from "./recognizers/index.js";
export {refusedRows, sensitivityOf} from "./refusedRows.js";
export {phoneNumbers, type PhoneOptions} from "./recognizers/phone.js";
export {type Action, actionFor, actions, redact, type RedactionPolicy} from "./redact.js";
export {defaultMinScore, type ScanOptions, scanText} from "./scanText.js";
export {compareSpans, scoreSpans, type Span, type SpanCounts, type SpanScore} from "./spanScoring.js";
export {readTrust, type Trust, trustLevels} from "./trust.js";
export {
  defaultLayers,
  ledgerSummary,
  scanVersion,
  type ScanVersionOptions,
  textColumns,
  versionFindings
} from "./versionLedger.js";
