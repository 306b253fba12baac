import {randomBytes} from "node:crypto";
import type {Inbox} from "../../../../base/store/index.js";
import type {Redactor} from "../../redactor.js";
import {type RedactedTrace, redactTraces} from "./redactTraces.js";
import type {TraceRow} from "./traceRow.js";

/** What a dataset says of rows that are received for it. */
export interface Receiving {
  redactor: Redactor | undefined;
  hasSql: boolean;
}

const rulesOf = (redactor: Redactor | undefined) => redactor?.fingerprint.slice(0, 16) ?? "none";

/**
 * Keeps rows that were received, redacted by the dataset's rules, in a file of their own. Resolves when they are on the disk: what
 * is acknowledged then survives the process and the machine.
 */
export async function keepReceived(
  inbox: Inbox,
  rows: readonly TraceRow[],
  {redactor, hasSql}: Receiving
): Promise<void> {
  if (rows.length === 0) return;
  const safe = await redactTraces(rows, redactor, hasSql);
  // Files are read in the order of their names.
  const moment = String(Date.now()).padStart(14, "0");
  const count = String(order++ % 1e6).padStart(6, "0");
  const name = `${moment}-${count}-${randomBytes(4).toString("hex")}-${rulesOf(redactor)}`;
  await inbox.put(name, safe.map((row) => `${JSON.stringify(row)}\n`).join(""));
}
let order = 0;

/** Rows that wait. What was received under other rules of privacy than today's is redacted by these too. */
export async function* receivedRows(
  inbox: Inbox,
  names: readonly string[],
  {redactor, hasSql}: Receiving
): AsyncGenerator<RedactedTrace> {
  for (const name of names) {
    const isSame = name.endsWith(`-${rulesOf(redactor)}`);
    for (const line of (await inbox.read(name)).split("\n")) {
      if (line === "") continue;
      const row = JSON.parse(line) as RedactedTrace;
      yield isSame ? row : await again(row, redactor, hasSql);
    }
  }
}

async function again(
  row: RedactedTrace,
  redactor: Redactor | undefined,
  all: boolean
): Promise<RedactedTrace> {
  const {assay_findings: former, ...own} = row;
  const [made] = await redactTraces([own], redactor, all);
  if (!redactor || former === undefined) return made!;
  const found = [former, made!.assay_findings ?? "[]"].flatMap((list) => JSON.parse(list) as object[]);
  return {...made!, assay_findings: JSON.stringify(found)};
}
