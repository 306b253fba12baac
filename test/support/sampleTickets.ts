import {defineDataset, pull, textLength} from "../../src/data/datasets/index.js";
import {ensureLedger} from "../../src/data/privacy/index.js";
import {ensureSplit} from "../../src/data/splits/index.js";
import {rng} from "../../src/base/stats/index.js";
import {openStore, type Workspace} from "../../src/base/store/index.js";

const QUEUES = ["access", "billing", "delivery", "returns"];
const WORDS =
  "account address amount answer arrival box card change charge colour courier date delay discount door entry error form gift invoice item label letter limit link list month name notice number order page parcel password payment phone price question receipt refund reminder reply return sample screen shop size status street subject sum system term text time total version week window".split(
    " "
  );

/**
 * Adds the dataset "tickets" to a store: two versions with changed, added and removed rows and a new column, rows
 * that filters dropped, copies and near-copies, labels that contradict each other, a ledger of personal data, five
 * strategies side by side, and a split that holds out a tenth of the rows.
 */
export async function sampleTickets(workspace: Workspace): Promise<void> {
  const definition = (rows: () => Iterable<object>) =>
    defineDataset({
      name: "tickets",
      description: "Tickets of a shop, made up for the tests.",
      licence: "CC0-1.0",
      source: {kind: "rows", rows, describe: {generator: "sample tickets"}},
      id: "ticket",
      text: "body",
      label: "queue",
      group: "customer",
      time: "opened",
      sensitivity: "personal",
      filters: {"in English": "language = 'en'", "long enough": textLength({min: 5})},
      checks: {"has a queue": "queue is not null"}
    });
  await pull(
    workspace,
    definition(() => tickets(0, 450)),
    {now: () => new Date("2026-11-04T08:00:00.000Z")}
  );
  const {version} = await pull(
    workspace,
    definition(() => secondState()),
    {
      now: () => new Date("2026-11-18T08:00:00.000Z")
    }
  );
  const store = await openStore(workspace);
  try {
    await ensureLedger(store, version);
    for (const strategy of ["random", "stratified", "group", "cluster", "temporal"] as const)
      await ensureSplit(store, version, {strategy, test: 0.25});
    await ensureSplit(store, version, {name: "final", strategy: "random", heldOut: 0.1, seed: "final"});
  } finally {
    store.close();
  }
}

function* secondState(): Generator<object> {
  let i = 0;
  for (const ticket of tickets(20, 600)) {
    const moved = i++ % 45 === 3 ? {queue: "returns"} : {};
    yield {...ticket, ...moved, channel: i % 3 === 0 ? "mail" : "form"};
  }
}

function* tickets(from: number, to: number): Generator<{queue: string}> {
  for (let i = from; i < to; i++) {
    // A copy of the ticket before, a near-copy, or a copy that somebody put into another queue.
    const copy = i % 20 === 1 || i % 40 === 7;
    const near = i % 25 === 5;
    const of = copy || near ? i - 1 : i;
    const random = rng("sample tickets", of);
    const queue = random.int(QUEUES.length);
    const text = Array.from({length: 18 + random.int(30)}, () => WORDS[random.int(WORDS.length)]!);
    if (of % 9 === 0)
      text.push(`please write to customer${of}@example.org or call +1 212-555-0${100 + (of % 100)}`);
    if (near) text[3] = "actually";
    const day = new Date(Date.UTC(2026, 8, 1) + i * 3 * 3_600_000);
    yield {
      ticket: `t-${String(i).padStart(4, "0")}`,
      customer: `c-${i % 2 ? i % 90 : i}`,
      queue: QUEUES[(queue + (i % 40 === 7 ? 1 : 0)) % QUEUES.length]!,
      language: i % 30 === 11 ? "de" : "en",
      body: i % 35 === 13 ? "thanks a lot" : text.join(" "),
      opened: day.toISOString().slice(0, 16)
    } as {queue: string};
  }
}
