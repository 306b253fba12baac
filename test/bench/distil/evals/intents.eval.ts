import {candidate, classification, defineEval, recorded} from "assay";
import intents, {chance, intentRows} from "../data-loaders/intents.js";

const rows = intentRows();
const names = [...new Set(rows.map(({intent}) => intent))].sort();

/** Right on 96% of the rows with an intent and on 80% of those without one; else it names another intent. */
function answerOf({id, intent}: {id: string; intent: string}): string {
  if (chance(id) >= (intent === "oos" ? 0.2 : 0.04)) return intent;
  const others = names.filter((name) => name !== intent);
  return others[Math.floor(chance(`${id} other`) * others.length)]!;
}

const answers = recorded({
  name: "recorded",
  rows: rows.map((row) => ({id: row.id, output: answerOf(row), tokens: 1100 + row.text.length / 4})),
  usage: ({tokens}) => ({promptTokens: Math.round(Number(tokens)), completionTokens: 5}),
  price: {inputUsdPerMillion: 2, outputUsdPerMillion: 8, asOf: "2026-11-26", source: "an example price"},
  hosting: "api",
  trust: "local"
});

/** The prompt of such a teacher lists all intents: 1,100 tokens before the utterance. */
export default defineEval({
  dataset: intents,
  split: {strategy: "given", column: "part"},
  candidates: [candidate("recorded teacher", answers, "large")],
  prompt: "{{text}}",
  expected: "intent",
  scorers: {accuracy: classification()},
  slices: ["scope"],
  margin: 0.02
});
