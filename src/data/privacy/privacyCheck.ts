import type {Sensitivity} from "../datasets/index.js";
import {impersonalTypes} from "./overlaps.js";
import {defaultMinScore} from "./scanText.js";
import type {Action} from "./redact.js";
import {readTrust, type Trust} from "./trust.js";

/** Where rows would go: to an endpoint of some trust, into a fine-tuning file, or onto a report page. */
export type Destination = Trust | "fine-tuning" | "report";

/** `all`: every row may go; `clean`: rows without unresolved findings; `none`: no row at all. */
export type Passage = "all" | "clean" | "none";

/** What may go where, by the dataset's sensitivity. */
export const passageTable: Readonly<Record<Sensitivity, Readonly<Record<Destination, Passage>>>> = {
  public: {
    local: "all",
    internal: "all",
    contract: "clean",
    external: "clean",
    "fine-tuning": "clean",
    report: "clean"
  },
  internal: {
    local: "all",
    internal: "all",
    contract: "clean",
    external: "none",
    "fine-tuning": "clean",
    report: "clean"
  },
  personal: {
    local: "all",
    internal: "clean",
    contract: "clean",
    external: "none",
    "fine-tuning": "clean",
    report: "clean"
  }
};

/**
 * What may go where. A sensitivity that is none of the table's counts as `personal`, a destination that is none as
 * `external`: what cannot be read is not trusted, whatever made the endpoint or the version.
 */
export function passageFor(sensitivity: unknown, destination: unknown): Passage {
  return passageTable[readSensitivity(sensitivity)][readDestination(destination)];
}

/** A dataset that says nothing is `internal`; one that says what cannot be read is `personal`. */
export function readSensitivity(stated: unknown): Sensitivity {
  if (stated === undefined) return "internal";
  return stated === "public" || stated === "internal" ? stated : "personal";
}

function readDestination(stated: unknown): Destination {
  return stated === "fine-tuning" || stated === "report" ? stated : readTrust(stated);
}

/** What the gate needs to know of a finding: a ledger's entries and plain findings both fit. */
export interface CheckedFinding {
  type: string;
  rule: string;
  score: number;
  column?: string;
  /** What was done about it; undefined and `keep` leave it unresolved. */
  action?: Action;
  /** A person's reason why it may stay, such as "made-up address". */
  accepted?: string;
}

export interface PrivacyCheckInput {
  endpointTrust: Destination;
  /** A dataset that does not say is taken as `internal`. */
  sensitivity?: Sensitivity;
  /** By row id. A row that was scanned and clean has an empty list; one that is missing was never scanned. */
  findings: ReadonlyMap<string, readonly CheckedFinding[]>;
  /** The rows that want to go; all rows of `findings` unless given. */
  rows?: Iterable<string>;
  /** Findings below this score do not stop a row. */
  minScore?: number;
}

export interface PrivacyCheckResult {
  passage: Passage;
  allowed: string[];
  /** Every row that may not go, with the rules that stopped it. */
  refused: {row: string; rules: string[]}[];
  /** For a person: the rule, the rows, what to do next. Undefined when nothing is refused. Holds no text of a row. */
  message?: string;
}

/** Which rows may go to a destination. No rows give an empty verdict. */
export function checkPrivacy(input: PrivacyCheckInput): PrivacyCheckResult {
  const {endpointTrust, findings, minScore = defaultMinScore} = input;
  const sensitivity = readSensitivity(input.sensitivity);
  const passage = passageFor(sensitivity, endpointTrust);
  const verdict: PrivacyCheckResult = {passage, allowed: [], refused: []};
  for (const row of new Set(input.rows ?? findings.keys())) {
    const rules = passage === "all" ? [] : rulesAgainst(passage, findings.get(row), minScore);
    if (rules.length === 0) verdict.allowed.push(row);
    else verdict.refused.push({row, rules});
  }
  if (verdict.refused.length > 0)
    verdict.message = refusalMessage(
      verdict.refused,
      verdict.refused.length + verdict.allowed.length,
      endpointTrust,
      {sensitivity}
    );
  return verdict;
}

const NONE_GOES = "sensitivity";
const NOT_SCANNED = "not scanned";

function rulesAgainst(
  passage: Passage,
  findings: readonly CheckedFinding[] | undefined,
  minScore: number
): string[] {
  if (passage === "none") return [NONE_GOES];
  if (!findings) return [NOT_SCANNED];
  const unresolved = findings.filter(
    ({type, score, action, accepted}) =>
      score >= minScore && (action ?? "keep") === "keep" && !accepted && !impersonalTypes.has(type)
  );
  return [
    ...new Set(unresolved.map(({type, rule, column}) => `${type} by ${rule}${column ? ` in ${column}` : ""}`))
  ];
}

const isFile = (to: Destination) => to === "fine-tuning" || to === "report";
const ROWS_NAMED = 5;

/** Whose rows may not go: a dataset's, of answers also the one that they are to. */
interface RefusedData {
  sensitivity: Sensitivity;
  dataset?: string;
  asked?: string;
}

/** Says which of `total` rows may not go, by which rules, and what to do next; `refused` is not empty. */
export function refusalMessage(
  refused: PrivacyCheckResult["refused"],
  total: number,
  to: Destination,
  {sensitivity, dataset = "NAME", asked}: RefusedData
): string {
  const place =
    to === "report"
      ? "a report"
      : to === "fine-tuning"
        ? "a fine-tuning file"
        : `an endpoint of trust "${to}"`;
  if (refused[0]!.rules[0] === NONE_GOES)
    return `No row of a dataset of sensitivity "${sensitivity}" may go to ${place} (${refused.length} rows: ${named(refused)}). Choose an endpoint of higher trust, or lower the dataset's sensitivity if it is stated too high.`;
  const rules = new Map<string, number>();
  for (const {rules: each} of refused) for (const rule of each) rules.set(rule, (rules.get(rule) ?? 0) + 1);
  const counted = [...rules].sort((a, b) => b[1] - a[1]).map(([rule, rows]) => `${rule} (${rows})`);
  const shown =
    counted.slice(0, 8).join(", ") + (counted.length > 8 ? `, and ${counted.length - 8} more` : "");
  const accept = acceptText(dataset, asked);
  const next = rules.has(NOT_SCANNED)
    ? "Scan this version for personal data first"
    : `Mask, replace or pseudonymise these findings${isFile(to) ? ` when the dataset is pulled (\`privacy\`), or ${accept}` : `, ${accept}, or choose an endpoint of higher trust`}`;
  return `${refused.length} of ${total} rows may not go to ${place}: unresolved findings in a dataset of sensitivity "${sensitivity}". Rows: ${named(refused)}. Rules: ${shown}. ${next}.`;
}

const command = (dataset: string) => `\`assay pii ${dataset} --accept RULE --reason "…"\``;

function acceptText(dataset: string, asked: string | undefined): string {
  return asked === undefined
    ? `accept them with a reason (${command(dataset)})`
    : `accept them with a reason (in words of ${asked}: ${command(asked)}; in words of an answer: ${command(dataset)})`;
}

function named(refused: PrivacyCheckResult["refused"]): string {
  const rows = refused.slice(0, ROWS_NAMED).map(({row}) => row);
  return rows.join(", ") + (refused.length > ROWS_NAMED ? ` and ${refused.length - ROWS_NAMED} more` : "");
}
