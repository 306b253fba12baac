import {anyObject, listOf, number, text} from "../../base/validation/checked.js";
import {fileForm} from "../../base/validation/fileForm.js";
import {canonicalJson} from "../../base/system/index.js";
import {
  getJson,
  type RedactionRules,
  type Tombstones,
  versionKey,
  type VersionName,
  type Workspace
} from "../../base/store/index.js";

/** Rules, or null for rows that are stored as they come. */
export type Rules = RedactionRules | null;

interface Ledger {
  rows?: number;
  redacted?: boolean;
  redaction?: string;
  rules?: RedactionRules;
  policy?: RedactionRules["actions"];
  layers?: string[];
  minScore?: number;
  recognizers?: string | number;
  keyCheck?: string;
}

export const LEDGER_FORM = fileForm<Ledger>(
  {
    rows: number(),
    layers: listOf(text()).optional(),
    minScore: number().optional(),
    redaction: text().optional(),
    rules: anyObject().optional(),
    policy: anyObject().optional()
  },
  "Restore it from a copy. Or remove it with the ledger.parquet beside it: `assay pull`, of a redacted dataset, or `assay pii` writes both again."
);

/** By which rules a version's rows were redacted. */
export async function rulesOf(workspace: Workspace, version: VersionName): Promise<Rules> {
  const ledger = await getJson(workspace, versionKey(version, "ledger.json"), LEDGER_FORM);
  return rulesIn(ledger);
}

/** The same from the summary of its ledger; those of before `rules` were kept in it do not say which columns were looked at. */
export function rulesIn(ledger: Ledger | undefined): Rules {
  if (!ledger?.redacted) return null;
  if (ledger.rules) return ledger.rules;
  const {policy = {default: "keep", types: {}}, layers = [], minScore = 0.3, recognizers, keyCheck} = ledger;
  const hasNames = ["PERSON", "LOCATION"].some((type) => type in policy.types);
  return {
    actions: policy,
    layers: [...new Set([...layers, ...(hasNames ? ["names"] : [])])],
    minScore,
    recognizers: String(recognizers),
    keyCheck
  };
}

export function sameRules(a: Rules, b: Rules): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** The place of rules in the list of a dataset's tombstones, to which they are added where they are new. */
export function placeOf(tombstones: Tombstones, rules: Rules): number {
  const list = (tombstones.redactions ??= []);
  const found = list.findIndex((one) => sameRules(one, rules));
  return found >= 0 ? found : list.push(rules) - 1;
}
