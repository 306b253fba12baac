import {afterEach, describe, expect, it} from "vitest";
import {type DatasetDefinition, defineDataset, pull} from "../../src/datasets/index.js";
import {
  currentMeasures,
  ensureSplit,
  isSplitBy,
  measureAgain,
  rollingWindows,
  splitLeaks,
  type SplitSpec
} from "../../src/splits/index.js";
import {
  openRows,
  openStore,
  readSplit,
  splitParts,
  type Store,
  type Workspace,
  writeSplit
} from "../../src/store/index.js";
import {temporaryWorkspace} from "../support/temporaryWorkspace.js";

type Roles = Pick<DatasetDefinition, "group" | "time" | "label" | "text">;

const DAY = 86_400_000;
const rows = Array.from({length: 400}, (_, i) => ({
  id: `r${i}`,
  question: `word${i} stands alone with number${i * 3} and mark${i * 7}`,
  answer: `the answer is number ${i % 25} of them all and no other`,
  thread: `t${i % 200}`,
  customer: `c${i % 40}`,
  created: new Date(Date.UTC(2024, 0, 1) + i * DAY),
  closed: new Date(Date.UTC(2024, 0, 1) + ((i * 7) % 400) * DAY),
  label: `l${i % 3}`,
  label2: i < 100 ? "rare" : "often",
  part: i % 4 === 0 ? "test" : "train"
}));
const BEFORE: Roles = {group: "thread", time: "created", label: "label", text: "question"};
const CHANGED: Roles[] = [
  {group: "customer"},
  {time: "closed"},
  {label: "label2"},
  {text: "answer"},
  {group: undefined}
];
const STRATEGIES = ["random", "group", "stratified", "stratified-group", "cluster", "temporal"] as const;
const SPECS: SplitSpec[] = [
  ...STRATEGIES.map((strategy) => ({strategy, test: 0.25})),
  {strategy: "given", column: "part"},
  {strategy: "group", name: "held", heldOut: 0.2},
  ...rollingWindows({strategy: "temporal", name: "rolling", rolling: 2})
];

const open: Store[] = [];
afterEach(() => {
  for (const store of open.splice(0)) store.close();
});

async function pulled(workspace: Workspace, roles: Roles) {
  const source = {kind: "rows" as const, rows: () => rows};
  const {version} = await pull(
    workspace,
    defineDataset({name: "tickets", source, id: "id", ...BEFORE, ...roles})
  );
  const store = await openStore(workspace);
  open.push(store);
  return {store, version};
}

/** What a split says, but for its id and when it was made. */
async function said(store: Store, dataset: string, id: string) {
  const split = (await store.splits(dataset)).find((one) => one.id === id)!;
  const {counts, labels, measures} = split;
  const parts = await store.rows(
    `select row_id, part, group_key from parts where split = '${id}' order by row_id`
  );
  const leaks = (await splitLeaks(store, split)).map(({measure, row, known}) => [measure, row, known]);
  return {counts, labels, measures, parts, leaks};
}

async function splitsOf(workspace: Workspace, roles: Roles, specs: readonly SplitSpec[]) {
  const {store, version} = await pulled(workspace, roles);
  const made = [];
  for (const spec of specs) {
    const {id} = await ensureSplit(store, version, spec);
    made.push({spec, id, name: spec.name ?? spec.strategy, ...(await said(store, "tickets", id))});
  }
  return made;
}

/** Whether a role's column divides the rows of a split, or names its groups. */
const CONCERNED: Record<string, (spec: SplitSpec) => boolean> = {
  group: () => true,
  time: ({strategy}) => strategy === "temporal",
  label: ({strategy}) => strategy.startsWith("stratified"),
  text: ({strategy}) => strategy === "cluster"
};

/** Those that a role concerns and can be made, and one that it does not. */
const possible = (roles: Roles, specs: readonly SplitSpec[]) => {
  const isConcerned = CONCERNED[Object.keys(roles)[0]!]!;
  const has = (spec: SplitSpec) => isConcerned(spec) || spec.strategy === "random";
  return "group" in roles && roles.group === undefined
    ? specs.filter(({strategy}) => !strategy.includes("group"))
    : specs.filter((spec) => has(spec) && spec.heldOut === undefined);
};

describe("another column for a role, of unchanged rows", () => {
  it.each(CHANGED)("gives the splits and figures of the same rows in a new store: %o", async (roles) => {
    const specs = possible(roles, SPECS);
    const workspace = await temporaryWorkspace();
    const before = await splitsOf(workspace, {}, specs);
    const after = await splitsOf(workspace, roles, specs);
    const fresh = await splitsOf(await temporaryWorkspace(), roles, specs);
    const told = (splits: typeof fresh) => splits.map((one) => ({...one, id: undefined}));
    expect(told(after)).toEqual(told(fresh));
    // A split keeps its id exactly where the column neither divides its rows nor names its groups.
    const isConcerned = CONCERNED[Object.keys(roles)[0]!]!;
    for (const [i, spec] of specs.entries())
      expect([spec, before[i]!.id !== after[i]!.id]).toEqual([spec, isConcerned(spec)]);
    // And back again.
    expect(await splitsOf(workspace, {}, specs)).toEqual(before);
  });

  it("holds out the rows that were, and says which have rows of the new column's groups beside them", async () => {
    const workspace = await temporaryWorkspace();
    const spec: SplitSpec = {strategy: "group", heldOut: 0.3, test: 0.2};
    const heldBy = async (roles: Roles) => {
      const {store, version} = await pulled(workspace, roles);
      const split = await ensureSplit(store, version, spec);
      const parts = await splitParts(workspace, split);
      const held = await store.rows<{row_id: string}>(
        `select row_id from ${parts} where part = 'held-out' order by row_id`
      );
      return {split, held: held.map(({row_id: row}) => row)};
    };
    const before = await heldBy({});
    const after = await heldBy({group: "customer"});
    expect(after.held).toEqual(before.held);
    expect(after.split.id).not.toBe(before.split.id);
    expect(before.split.heldOut).toBeUndefined();
    expect(after.split.heldOut).toMatchObject({kept: before.held.length, added: 0});
    expect(after.split.heldOut!.apart).toBeGreaterThan(100);
    const {store, version} = await pulled(workspace, {group: "customer"});
    const shown = await store.rows(await openRows(workspace, version));
    expect(shown).toHaveLength(400 - before.held.length);
    // Read, not divided again, though more is held out meanwhile.
    expect(await ensureSplit(store, version, spec)).toEqual(after.split);
    expect(isSplitBy(after.split, version, spec)).toBe(true);
    expect(isSplitBy(before.split, version, spec)).toBe(false);
  });

  it("shows no figure that was measured by the column of before, until it is measured again", async () => {
    const workspace = await temporaryWorkspace();
    await splitsOf(workspace, {}, [{strategy: "random"}]);
    const {store, version} = await pulled(workspace, {label: "label2", text: "answer"});
    const [stale] = await store.splits("tickets");
    expect(currentMeasures(stale!)).toEqual({});
    expect(stale!.labels).toBeUndefined();
    expect(await store.rows("select measures::varchar as m from splits")).toEqual([{m: "{}"}]);
    const [again] = await measureAgain(store, "tickets");
    expect(again!.labels).toMatchObject({test: {often: expect.any(Number) as number}});
    expect((await ensureSplit(store, version, {strategy: "random"})).measures).toEqual(
      JSON.parse(JSON.stringify(again!.measures))
    );
  });

  it.each(["group", "time", "label", "text"] as const)(
    "moves no split of before that does not say its columns, unless %s was another",
    async (role) => {
      const specs = SPECS.filter(({strategy, name}) => !name && /group|cluster|temporal/.test(strategy));
      const workspace = await temporaryWorkspace();
      const before = await splitsOf(workspace, {}, specs);
      const forget = async () => {
        for (const {id} of before) {
          const split = (await readSplit(workspace, {dataset: "tickets", id}))!;
          await writeSplit(workspace, {...split, roles: undefined, labelsOf: undefined});
        }
      };
      await forget();
      const same = await splitsOf(workspace, {}, specs);
      expect(same.map(({id}) => id)).toEqual(before.map(({id}) => id));
      expect((await readSplit(workspace, {dataset: "tickets", id: same[0]!.id}))!.roles).toEqual({
        group: "thread"
      });
      await forget();
      const roles = CHANGED.find((one) => role in one)!;
      const after = await splitsOf(workspace, roles, specs);
      const fresh = await splitsOf(await temporaryWorkspace(), roles, specs);
      expect(after.map(({parts}) => parts)).toEqual(fresh.map(({parts}) => parts));
    }
  );

  it("tells whether a split is one by the roles of now", async () => {
    const workspace = await temporaryWorkspace();
    const spec: SplitSpec = {strategy: "random"};
    const {store, version} = await pulled(workspace, {});
    const first = await ensureSplit(store, version, spec);
    const {version: changed} = await pulled(workspace, {group: "customer"});
    const second = await ensureSplit(store, changed, spec);
    expect([first, second].map((split) => isSplitBy(split, version, spec))).toEqual([true, false]);
    expect([first, second].map((split) => isSplitBy(split, changed, spec))).toEqual([false, true]);
    expect(isSplitBy({id: first.id}, changed, spec)).toBe(true);
  });
});
