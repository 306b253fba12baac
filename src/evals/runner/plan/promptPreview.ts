import {sensitivityOf} from "../../../data/privacy/index.js";
import {UserError} from "../../../base/validation/index.js";
import type {Candidate} from "../define.js";
import type {PreviewedRow, PromptPreview} from "../result.js";
import type {EvalTask} from "../task.js";
import {knownRecipients, mayNothingGo, openPrivacyCheck} from "./rowsForEndpoints.js";
import {promptCell, variantsOf} from "./prompts.js";
import {fewShotRows, orderRows, readRows, type RunWorkspace} from "./rows.js";

/** Renders the prompts of a run's first rows. Prepares no candidate and calls nobody. */
export async function previewPrompts(
  {definition, resolved, inputs, effects}: EvalTask,
  place: RunWorkspace,
  rows: number
): Promise<PromptPreview> {
  const {store, version, split} = inputs;
  const {onMessage} = effects;
  if (resolved.part === "held-out")
    throw new UserError(
      `eval ${resolved.name} scores the held-out part, whose prompts are not shown. Look at those of another part: part: "test".`
    );
  const recipients = knownRecipients(resolved);
  const barred = recipients.filter(({endpoint}) => mayNothingGo(version, endpoint));
  const others = recipients.filter((one) => !barred.includes(one));
  const privacyCheck = await openPrivacyCheck(store, version, others, onMessage);
  const fewShot = await fewShotRows(place, {
    version,
    split,
    fewShot: definition.fewShot,
    seed: resolved.seed,
    mayGo: privacyCheck.everywhere,
    onMessage
  });
  const variants = variantsOf(definition.prompt, fewShot, resolved.expected);
  const {part, seed, candidates} = resolved;
  const {relation} = await orderRows(place, version, split, {part, seed, limit: rows});
  const never = barred.map(({name, endpoint}) => ({
    name,
    reason: `No row of a dataset of sensitivity "${sensitivityOf(version)}" may go to ${endpoint.name}, an endpoint of trust "${endpoint.trust}".`
  }));
  const columnsRead = readColumns(candidates);
  const shown: PreviewedRow[] = [];
  for await (const batch of readRows(place.db, relation))
    for (const {rowId, row} of batch)
      shown.push({
        rowId,
        columns: columnsRead.map((one) => ({...one, text: promptCell(row[one.name])})),
        prompts: variants.map(({name, render}) => ({variant: name, ...render(row)})),
        refused: [
          ...never,
          ...others.flatMap(({name, endpoint}) => {
            const reason = privacyCheck.refusal(endpoint, rowId);
            return reason === undefined ? [] : [{name, reason}];
          })
        ]
      });
  return {
    rows: shown,
    tools: candidates.flatMap(({name, tools}) => (tools?.length ? [{candidate: name, tools}] : [])),
    notPrepared: candidates.flatMap(({name, reach}) => (reach ? [] : [name]))
  };
}

function readColumns(candidates: readonly Candidate[]) {
  const readers = new Map<string, string[]>();
  for (const {name, reads, stageReads} of candidates)
    for (const column of reads === undefined ? (stageReads ?? []) : [reads])
      readers.set(column, [...(readers.get(column) ?? []), name]);
  return [...readers].map(([name, readBy]) => ({name, candidates: readBy}));
}
