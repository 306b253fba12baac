/**
 * What pages are put together from: inputs, figures, tables and whole parts of a page, as functions that return DOM nodes.
 * In: what the page loaders of report/site printed, and the choices in the page's address.
 * Out: elements that redraw with their width, each figure with the query that gives its numbers.
 * They run in the browser: no file, no Node API, and no statistics of their own (base/stats computes).
 */
export {chart} from "./charts/chart.js";
export {chooseCosts} from "./costs/chooseCosts.js";
export {costs} from "./costs/costs.js";
export {chooseCandidates, chooseReference} from "./inputs/chooseCandidates.js";
export {chooseExamples, scoresNeeded} from "./examples/chooseExamples.js";
export {examples} from "./examples/examples.js";
export {saveLabels} from "./examples/labels.js";
export {chooseJudge, chooseJudgedRun} from "./judges/chooseJudge.js";
export {chooseRace, chooseRaceSettings} from "./races/chooseRace.js";
export {chooseRowChanges} from "./changes/chooseRowChanges.js";
export {rowChangeList} from "./changes/rowChangeList.js";
export {loadRowChanges} from "./rows/loadData.js";
export {chooseRun} from "./inputs/chooseRun.js";
export {chooseScores} from "./inputs/chooseScores.js";
export {compared} from "./rows/comparisons.js";
export {confusionMatrix} from "./rowByRow/confusionMatrix.js";
export {chooseDataset, datasetView} from "./data/datasets.js";
export {chooseDistillation, chooseStudent} from "./distillation/chooseDistillation.js";
export {distilled} from "./distillation/distilled.js";
export {figure} from "./charts/figure.js";
export {dataTable} from "./tables/dataTable.js";
export {differences} from "./candidates/differences.js";
export {disagreements} from "./rowByRow/disagreements.js";
export {chooseHistory, historyChart} from "./runs/history.js";
export {modelsInUse} from "./runs/modelsInUse.js";
export {judgeHealth} from "./judges/judgeHealth.js";
export {leaderboard} from "./candidates/leaderboard.js";
export {comparedMerges, merges} from "./merges/merges.js";
export {outcomes} from "./rowByRow/outcomes.js";
export {otherRuns} from "./verdict/otherRuns.js";
export {overview} from "./verdict/overview.js";
export {raceReplay} from "./races/raceReplay.js";
export {chooseRecord, recordLineage as lineage} from "./lineage/lineage.js";
export {loadRaceScores} from "./races/raceScores.js";
export {valueName} from "../../evals/decisions/valueName.js";
export {slices} from "./candidates/slices.js";
export {rowPage} from "./examples/rowPage.js";
export {chooseAnyRun, provenance, runList} from "./runs/runHistory.js";
export {loadRunRows as loadRows} from "./rows/runRows.js";
export {chooseSplits, splits} from "./splits/splits.js";
export {sqlPage} from "./sql/sql.js";
