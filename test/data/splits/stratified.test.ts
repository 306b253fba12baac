// @module-tag long
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import fc from "../../support/property.js";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {assignQuery} from "../../../src/data/splits/assign.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {openStore, type Store, type VersionManifest, versionRows} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

/** Rows of each class, and how many classes of that size. */
const CLASSES = {1: 60, 2: 150, 3: 40, 5: 30, 50: 4};
const SHARES = {test: 0.1, validation: 0.2, "held-out": 0.05};

function* labelled(classes: Record<string, number> = CLASSES) {
  let id = 0;
  for (const [size, count] of Object.entries(classes))
    for (let i = 0; i < count; i++)
      for (let row = 0; row < Number(size); row++) yield {id: `r${id++}`, label: `${size}/${i}`};
}

const definition = (rows: () => Iterable<object>) =>
  defineDataset({name: "intents", source: {kind: "rows", rows}, id: "id", label: "label"});

describe("a stratified split of rare classes", () => {
  let store: Store;
  let version: VersionManifest;
  let rows: string;

  beforeAll(async () => {
    const workspace = await temporaryWorkspace();
    ({version} = await pull(
      workspace,
      definition(() => labelled())
    ));
    store = await openStore(workspace);
    rows = await versionRows(workspace, version);
  });
  afterAll(() => store.close());

  /** Rows of each class in a part, under a seed. */
  async function dealt(seed: string) {
    const {test, validation} = SHARES;
    const spec = {strategy: "stratified", seed, test, validation, heldOut: SHARES["held-out"]} as const;
    return store.rows<{size: string; label: string; part: string; n: number}>(
      `select split_part(label, '/', 1) as size, label, part, count(*)::int as n
       from ${rows} join (${assignQuery(spec, version, rows)}) using (row_id) group by all`
    );
  }

  it("is within one row of the share asked for, in every class and part, whatever the seed", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (seed) => {
        const found = new Map((await dealt(seed)).map(({label, part, n}) => [`${label} ${part}`, n]));
        for (const [size, count] of Object.entries(CLASSES))
          for (let i = 0; i < count; i++)
            for (const [part, share] of Object.entries(SHARES)) {
              const n = found.get(`${size}/${i} ${part}`) ?? 0;
              expect(Math.abs(n - share * Number(size))).toBeLessThan(1);
            }
      }),
      {numRuns: 20}
    );
  });

  it("gives classes of each size the shares asked for, over many seeds", async () => {
    const seeds = 60;
    const totals = new Map<string, number>();
    for (let seed = 0; seed < seeds; seed++)
      for (const {size, part, n} of await dealt(`seed ${seed}`))
        totals.set(`${size} ${part}`, (totals.get(`${size} ${part}`) ?? 0) + n);
    for (const [size, count] of Object.entries(CLASSES))
      for (const [part, share] of Object.entries(SHARES)) {
        const all = seeds * count * Number(size);
        const fluctuation = Math.sqrt(seeds * count * 0.25);
        expect(Math.abs(totals.get(`${size} ${part}`)! - share * all)).toBeLessThan(4 * fluctuation);
      }
  });

  it("fills every part when no class has more than two rows", async () => {
    const workspace = await temporaryWorkspace();
    const pairs = await pull(
      workspace,
      definition(() => labelled({2: 300}))
    );
    const own = await openStore(workspace);
    try {
      const {counts} = await ensureSplit(own, pairs.version, {
        strategy: "stratified",
        test: 0.1,
        validation: 0.1,
        heldOut: 0.1
      });
      for (const part of ["test", "validation", "held-out"]) {
        expect(counts[part]).toBeGreaterThan(40);
        expect(counts[part]).toBeLessThan(80);
      }
    } finally {
      own.close();
    }
  });

  it("leaves rows where they are when rows of other classes are added", async () => {
    const workspace = await temporaryWorkspace();
    const partsOf = async (classes: Record<string, number>) => {
      const pulled = await pull(
        workspace,
        definition(() => labelled(classes))
      );
      const own = await openStore(workspace);
      try {
        const {id} = await ensureSplit(own, pulled.version, {strategy: "stratified"});
        const parts = await own.rows<{row_id: string; part: string}>(
          `select row_id, part from parts where split = '${id}'`
        );
        return new Map(parts.map(({row_id, part}) => [row_id, part]));
      } finally {
        own.close();
      }
    };
    const before = await partsOf({2: 40, 5: 10});
    const after = await partsOf({2: 40, 5: 10, 50: 2});
    for (const [row, part] of before) expect(after.get(row)).toBe(part);
  });
});
