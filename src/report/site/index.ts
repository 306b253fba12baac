/**
 * The report's site: what its page loaders print, and Framework's configuration.
 * In: a project's store, its pages' front matter, its prices and what its definitions say of publishing.
 * Out: JSON and Arrow files with what pages show of runs, data, models and races, masked as `publish` says; the finished site.
 * It draws nothing (report/components) and decides nothing (evals/decisions). docs/pages.md names the loader of every page.
 */
export {siteConfig, type SiteOptions} from "./config.js";
export {contaminatedRows} from "./contaminatedRows.js";
export {type RunContamination, runContamination} from "./contamination.js";
export {finishSite} from "./bundle/finishSite.js";
export {PRICES_FOLDER, projectPrices, readPriceFile} from "../../base/store/index.js";
export {cascadeStages, type RecordedStages} from "./cascadeStages.js";
export {costsData as costs} from "./costs.js";
export {runCosts} from "./runCosts.js";
export type {PriceChoice} from "../../base/store/index.js";
export {currentRuns} from "./currentRuns.js";
export {datasets} from "./datasets.js";
export {distillations, distillationView} from "./distillation/distillations.js";
export {siteFingerprint, storeFingerprint} from "./fingerprint.js";
export type {NavigationPage} from "./frame.js";
export {historyData as history} from "./history.js";
export type * from "./historyTypes.js";
export {type CurvePoint, type CurvesData, type LearningCurve, learningCurves} from "./learningCurves.js";
export {lineageData as lineage, models, runs} from "./records.js";
export {loaderParameter, printAnswer as print} from "./print.js";
export {raceScores, races} from "./races.js";
export type {RowPlace, RowsMetadata} from "./rowFiles.js";
export {rowArchive} from "./rowArchive.js";
export {type RowFile, runRows} from "./runRows.js";
export {touchOnStoreChange, type StoreWatchOptions} from "./touchOnStoreChange.js";
export {sqlEngine, sqlEngineArchive} from "./sqlEngine.js";
export {splitsData as splits} from "./splitViews.js";
export * from "./types.js";
export type * from "./detailTypes.js";
export {verdicts} from "./verdicts.js";
export {unresolvedPersonalData} from "./personalData.js";
export {type RunVerdict, runVerdict} from "./runVerdict.js";
