export {type Annotation, checkAnnotations, type CheckedAnnotations} from "./annotations.js";
export {type Finding, type Layer, layers, type Recognizer} from "./finding.js";
export {
  type Destination,
  type GatedFinding,
  type GateInput,
  gateRows,
  gateTable,
  type GateVerdict,
  type Passage
} from "./gate.js";
export {
  LEDGER,
  type LedgerEntry,
  type LedgerOptions,
  type LedgerSummary,
  type ScannedRow,
  scanRow
} from "./ledger.js";
export {maskExcerpt} from "./maskExcerpt.js";
export {pseudonym, pseudonymKey} from "./pseudonymKey.js";
export {allRecognizers} from "./recognizers/index.js";
export {phoneNumbers, type PhoneOptions} from "./recognizers/phone.js";
export {type Action, actionFor, actions, redact, type RedactionPolicy} from "./redact.js";
export {defaultMinScore, type ScanOptions, scanText} from "./scanText.js";
export {compareSpans, scoreSpans, type Span, type SpanCounts, type SpanScore} from "./spanScoring.js";
export {type Trust, trustLevels} from "./trust.js";
export {ledgerSummary, scanVersion, type ScanVersionOptions, versionFindings} from "./versionLedger.js";
