import {type AnswersSource, leftOutText, readAnswers} from "../answers/index.js";
import {writtenRows} from "./rows.js";
import type {SourceReader} from "./types.js";

/** Answers of runs in the store. */
export const answers: SourceReader<AnswersSource> = async (source, context) => {
  const {db, workspace, dataset, onProgress} = context;
  const {rows, record, stated} = await readAnswers(db, workspace, source, dataset);
  const left = leftOutText(record.leftOut);
  onProgress?.(`${dataset}: ${rows.length} rows of ${record.answers} answers; left out: ${left || "none"}`);
  return {relation: await writtenRows(rows, context), describe: {...record}, stated};
};
