/**
 * Compares the candidates of a sealed run: verdict, pairwise differences, gates, risks and cost trade-offs.
 * In: a score table read from the store (`scoreTable`), a margin and a seed. Out: a `Verdict` with the reason in words.
 * It calls nobody, writes nothing and draws nothing.
 */
export {
  cleanTable,
  type Contamination,
  contaminationOf,
  contaminationWarnings,
  type RowMark,
  type ScoreOf
} from "./contamination.js";
export {type Selected, selectionWarnings} from "./selection.js";
export {
  type AnswerFacts,
  type CandidateEnds,
  type NoLabels,
  type ServedModel,
  servedText
} from "./answerRisks.js";
export {namedCandidate} from "./action.js";
export {bestFirst, bestOf} from "./best.js";
export {noWorse, type NoWorse} from "./cheaper.js";
export {replacement, type Replacement} from "./replacement.js";
export {callsOf} from "./callsOf.js";
export {comparedCosts} from "./comparedCosts.js";
export {costsOf} from "./costsOf.js";
export {pairedCosts} from "./pairedCosts.js";
export {cutOptions, cutsOf} from "./cut.js";
export {decide, summariesOf} from "./decide.js";
export {DEFAULT_ALPHA, DEFAULT_MARGIN} from "./decideOptions.js";
export type {RiskFacts} from "./risks.js";
export {differenceIfWrong} from "./ifWrong.js";
export {correctionNote, standingOf} from "./standing.js";
export {checkGates, overall} from "./gates.js";
export type {GateRule, CandidateCalls, EarlierRun, GateFacts, GateResult, GateStatus} from "./gateTypes.js";
export {
  areRequestsKnown,
  history,
  type HistoryEntry,
  expectedChange,
  expectedText,
  recordChanges,
  type Traced,
  traceHistory,
  type TracedRun
} from "./history/index.js";
export {pairwise} from "./pairwise.js";
export * from "./raceTypes.js";
export {gatesOf, runReport, type RunReport} from "./report.js";
export {scaleOf, scoreName, type ScoreScale, type ScoreWriter, writerOf} from "./scoreScale.js";
export {
  tableOfCandidates,
  corpusFigureName,
  candidateScores,
  sharedValues,
  decidingValues
} from "./columns.js";
export {overRepeats} from "./overRepeats.js";
export {corpusOf, scoreTable, shownNames, slicingsOf, tableAsIn} from "./scoreTable.js";
export {formatCount, formatEstimate, observationsText, points, splitText} from "./points.js";
export {type Regression, regressionsOf} from "./regressionsOf.js";
export {sliceTable, type SliceTable} from "./sliceTable.js";
export * from "./types.js";
export {byNumbers, valueName} from "./valueName.js";
