import type {Message, ToolDefinition} from "../../../inference/endpoints/types.js";
import {sensitivityOf} from "../../../data/privacy/index.js";
import {UserError} from "../../../base/validation/index.js";
import type {SplitManifest, Store, VersionManifest} from "../../../base/store/index.js";
import type {EvalDefinition} from "../define.js";
import {knownRecipients, mayNothingGo, openPrivacyCheck} from "./privacyCheck.js";
import {variantsOf} from "./prompts.js";
import type {ResolvedEval} from "./resolve.js";
import {fewShotRows, orderRows, type Place, readRows} from "./rows.js";

/** What a run would put to its candidates about its first rows. */
export interface PromptPreview {
  rows: PreviewedRow[];
  tools: {candidate: string; tools: ToolDefinition[]}[];
  /** Candidates whose endpoint is known when they are prepared: what may be sent there is not said before. */
  notPrepared: string[];
}

export interface PreviewedRow {
  rowId: string;
  /** For each prompt of the eval its messages, or why there are none. */
  prompts: {variant: string; messages?: Message[]; failed?: string}[];
  /** Candidates, and scorers that ask a model, to which the row would not be sent. */
  refused: {name: string; reason: string}[];
}

export interface PreviewInputs {
  store: Store;
  place: Place;
  definition: EvalDefinition;
  resolved: ResolvedEval;
  version: VersionManifest;
  split: SplitManifest;
  rows: number;
  /** Folder for what is half-made. */
  folder: string;
  onMessage(message: string): void;
}

/** Renders the prompts of a run's first rows. Prepares no candidate and calls nobody. */
export async function previewPrompts({
  store,
  place,
  definition,
  resolved,
  version,
  split,
  rows,
  folder,
  onMessage
}: PreviewInputs): Promise<PromptPreview> {
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
  const {relation} = await orderRows(place, folder, version, split, {part, seed, limit: rows});
  const never = barred.map(({name, endpoint}) => ({
    name,
    reason: `No row of a dataset of sensitivity "${sensitivityOf(version)}" may go to ${endpoint.name}, an endpoint of trust "${endpoint.trust}".`
  }));
  const shown: PreviewedRow[] = [];
  for await (const batch of readRows(place.db, relation))
    for (const {rowId, row} of batch)
      shown.push({
        rowId,
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
