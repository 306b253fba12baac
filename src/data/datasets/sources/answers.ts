import {type AnswersSource, leftOutText, readAnswers} from "../answers/index.js";
import {readAcceptances, type Workspace, writeAcceptances} from "../../../base/store/index.js";
import {writtenRows} from "./rows.js";
import type {SourceReader} from "./types.js";

/** Answers of runs in the store. */
export const answers: SourceReader<AnswersSource> = async (source, context) => {
  const {db, workspace, dataset, onProgress} = context;
  const {rows, record, stated} = await readAnswers(db, workspace, source, dataset);
  await takeAcceptances(workspace, dataset, record.runs[0]!.dataset);
  const left = leftOutText(record.leftOut);
  onProgress?.(`${dataset}: ${rows.length} rows of ${record.answers} answers; left out: ${left || "none"}`);
  return {relation: await writtenRows(rows, context), describe: {...record}, stated};
};

/** Rules whose findings a person accepted in the dataset that was asked about are accepted in its answers, which quote it. */
async function takeAcceptances(workspace: Workspace, dataset: string, asked: string): Promise<void> {
  const own = await readAcceptances(workspace, dataset);
  const taken = (await readAcceptances(workspace, asked)).filter(
    ({rule}) => rule !== undefined && !own.some((one) => one.rule === rule)
  );
  if (taken.length === 0) return;
  const words = taken.map((one) => ({...one, reason: `accepted in ${asked}: ${one.reason}`}));
  await writeAcceptances(workspace, dataset, [...own, ...words]);
}
