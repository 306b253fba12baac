import type {LineageGraph} from "../../../weights/models/lineageGraph.js";
import type {PageCosts} from "../../site/costTypes.js";
import type {HistoryData} from "../../site/historyTypes.js";
import type {CurvesData} from "../../site/learningCurves.js";
import type {
  DatasetsData,
  DistillationsData,
  ModelsData,
  RacesData,
  RunsData,
  SplitsData,
  VerdictsData
} from "../../site/types.js";

/** What the other pages are drawn from. */
export interface ReportData {
  costs: PageCosts[];
  curves: CurvesData;
  datasets: DatasetsData;
  distillations: DistillationsData;
  history: HistoryData;
  lineage: LineageGraph;
  models: ModelsData;
  races: RacesData;
  runs: RunsData;
  splits: SplitsData;
  verdicts: VerdictsData;
}

/** The files of these data, each loaded when it is asked for. */
export type ReportFiles = {[K in keyof ReportData]: {json(): Promise<ReportData[K]>}};

/** Loads all of them. */
export async function loadReport(files: ReportFiles): Promise<ReportData> {
  const loaded = Object.entries(files).map(async ([name, file]) => [name, await file.json()] as const);
  return Object.fromEntries(await Promise.all(loaded)) as unknown as ReportData;
}

export type CellValue = string | number | boolean | null | undefined;

/** A table for SQL out of what other pages show. */
export interface ReportTable {
  name: string;
  about: string;
  columns: Readonly<Record<string, "varchar" | "double" | "boolean">>;
  /** Values in the order of the columns. */
  lines(data: ReportData): CellValue[][];
}

export const OF_VERSION = {dataset: "varchar", version: "varchar"} as const;
export const OF_SPLIT = {...OF_VERSION, split: "varchar", split_id: "varchar"} as const;
