import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {rng} from "../../../src/base/stats/index.js";
import {type ModelServer, type ModelServerOptions, startModelServer} from "../../support/modelServer.js";

const TOPICS: Record<string, readonly string[]> = {
  billing: ["invoice", "refund", "charge", "payment", "receipt", "voucher", "billed", "credit"],
  access: ["password", "login", "account", "locked", "token", "passkey", "session", "username"],
  delivery: ["parcel", "courier", "shipment", "tracking", "doorstep", "van", "customs", "depot"]
};
const LABELS = Object.keys(TOPICS);

/** What a customer wrote, with its topic: the words beside the one that tells are the same for all. */
export interface Ticket {
  id: string;
  text: string;
  label: string;
  part: string;
  tier: string;
}

/**
 * @param others further ones, told by their name
 * @param later they say it in other words
 */
export function tickets(train: number, test: number, others = "", later = false): Ticket[] {
  const random = rng(`tickets${others}`);
  return Array.from({length: train + test}, (_, i) => {
    const label = LABELS[i % LABELS.length]!;
    const word = TOPICS[label]![Math.floor(random() * 4) + (later ? 4 : 0)]!;
    const filler = Array.from({length: 9}, () => `w${Math.floor(random() * 300)}`);
    filler.splice(Math.floor(random() * 9), 0, word);
    return {
      id: `t${others}${String(i).padStart(4, "0")}`,
      text: filler.join(" "),
      label,
      part: i < train ? "train" : "test",
      tier: i % 2 ? "gold" : "basic"
    };
  });
}

/** The same with few words beside the one that tells: a student learns it from few rows. */
export function short(rows: readonly Ticket[]): Ticket[] {
  return rows.map((row) => {
    const words = row.text.split(" ");
    const fillers = words.filter((word) => /^w\d+$/.test(word)).slice(0, 3);
    return {...row, text: [...words.filter((word) => !/^w\d+$/.test(word)), ...fillers].join(" ")};
  });
}

/** A server that tells the topic by its words, and is wrong on one in `wrongEvery` texts. */
export function teacherServer(wrongEvery = 25, options: ModelServerOptions = {}): Promise<ModelServer> {
  return startModelServer({
    models: ["large"],
    ...options,
    answer({prompt}) {
      const found = LABELS.find((label) => TOPICS[label]!.some((word) => prompt.includes(word))) ?? "none";
      const sum = [...prompt].reduce((total, letter) => total + letter.charCodeAt(0), 0);
      return sum % wrongEvery === 0 ? LABELS[(LABELS.indexOf(found) + 1) % LABELS.length]! : found;
    }
  });
}

const HOSTING = `{kind: "edge", deviceUsd: 600, lifeYears: 4, watts: 30, idleWatts: 6, usdPerKwh: 0.3, requestsPerSecond: 20, utilisation: 0.25}`;

/** What a user writes: a dataset, an eval of the hosted model, and a distillation of it. */
export async function writeDistilProject(
  project: string,
  {
    engine,
    server,
    rows,
    dataset = "tickets",
    definition = "margin: 0.05"
  }: {engine: string; server: string; rows: readonly Ticket[]; dataset?: string; definition?: string}
): Promise<void> {
  const from = JSON.stringify(engine);
  const texts = {
    "data/tickets.jsonl": rows.map((row) => JSON.stringify(row) + "\n").join(""),
    "data-loaders/tickets.ts": `import {defineDataset} from ${from};
export default defineDataset({name: ${JSON.stringify(dataset)}, id: "id", text: "text", label: "label", sensitivity: "public",
  source: {kind: "files", files: "data/tickets.jsonl"}});
`,
    "evals/routing.eval.ts": `import {candidate, defineEval, exactMatch, openAICompatible} from ${from};
import tickets from "../data-loaders/tickets.js";
const hosted = openAICompatible({name: "hosted", baseUrl: ${JSON.stringify(server)}, hosting: "api", trust: "local"});
export default defineEval({
  dataset: tickets,
  split: {strategy: "given", column: "part"},
  candidates: [candidate("large", hosted, "large")],
  prompt: "{{text}}",
  expected: "label",
  scorers: {right: exactMatch},
  slices: ["tier"]
});
`,
    "distillations/routing.distillation.ts": `import {distillation, majorityClassifier, tfidfLogReg, trained, trainedOn} from ${from};
const hosting = ${HOSTING};
export default distillation({
  eval: "routing",
  teacher: "large",
  students: (answers, subset) => [
    trained("words", trainedOn(answers, tfidfLogReg({name: "words", text: "text", label: "answer", subset})), {hosting}),
    trained("majority", trainedOn(answers, majorityClassifier({name: "majority", text: "text", label: "answer", subset})), {hosting})
  ],
  maxLoss: 0.1,
  callsPerMonth: 200_000,
  usdPerHour: 0.5,
  curve: [0.5],
  ${definition}
});
`,
    "prices/prices.json": JSON.stringify({
      kind: "prices",
      prices: [
        {
          model: "large",
          inputPerMillion: 20,
          outputPerMillion: 80,
          asOf: "2026-11-30",
          source: "an example"
        }
      ]
    })
  };
  for (const [path, text] of Object.entries(texts)) {
    await mkdir(join(project, path, ".."), {recursive: true});
    await writeFile(join(project, path), text);
  }
}
