import {createHash} from "node:crypto";
import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {defineDataset} from "assay";

const shared = process.env.ASSAY_SHARED ?? fileURLToPath(new URL("../../../../../shared", import.meta.url));

/** CLINC150, which stands beside the repository: utterances of 150 intents, and of none ("oos"). It is in no clone. */
export const file = join(shared, "data/intent-clinc150-data/data_full.json");

export interface IntentRow {
  id: string;
  text: string;
  intent: string;
  scope: string;
  part: "train" | "validation" | "test";
}

const PARTS = {
  train: "train",
  oos_train: "train",
  val: "validation",
  oos_val: "validation",
  test: "test",
  oos_test: "test"
} as const;

export function intentRows(): IntentRow[] {
  if (!existsSync(file)) return [];
  const read = JSON.parse(readFileSync(file, "utf8")) as Record<keyof typeof PARTS, [string, string][]>;
  return (Object.keys(PARTS) as (keyof typeof PARTS)[]).flatMap((name) =>
    read[name].map(([text, intent], i) => ({
      id: `${name}-${String(i).padStart(5, "0")}`,
      text,
      intent,
      scope: intent === "oos" ? "out of scope" : "in scope",
      part: PARTS[name]
    }))
  );
}

/** A number from 0 to 1 by a text alone. */
export const chance = (text: string): number =>
  createHash("sha256").update(text).digest().readUInt32BE(0) / 2 ** 32;

export default defineDataset({
  name: "intents",
  description: "CLINC150: utterances of 150 intents, and out-of-scope ones.",
  licence: "CC-BY-3.0",
  source: {
    kind: "rows",
    rows: intentRows,
    fingerprint: () => createHash("sha256").update(readFileSync(file)).digest("hex"),
    describe: {file: "clinc/oos-eval data_full.json"}
  },
  id: "id",
  text: "text",
  label: "intent",
  sensitivity: "public",
  // Utterances that ask to reset a password look like one.
  privacy: {actions: {secret: "mask", default: "keep"}}
});
