import {parentPort, workerData} from "node:worker_threads";
import {type RowCells, scanCells, type ScanSettings} from "./scanRows.js";

/** Scans the rows of each message and answers with what was found in them. */
const settings = workerData as ScanSettings;
parentPort!.on("message", (rows: readonly RowCells[]) => {
  parentPort!.postMessage(rows.map((row) => scanCells(row, settings)));
});
