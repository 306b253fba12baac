import {afterEach} from "vitest";
import {type DatasetDefinition, defineDataset, pull} from "../../../../src/data/datasets/index.js";
import {ensureSplit, rollingWindows, splitLeaks, type SplitSpec} from "../../../../src/data/splits/index.js";
import {openStore, type Store, type Workspace} from "../../../../src/base/store/index.js";

export type Roles = Pick<DatasetDefinition, "group" | "time" | "label" | "text">;

const DAY = 86_400_000;
export const ROWS = 120;
const rows = Array.from({length: ROWS}, (_, i) => ({
  id: `r${i}`,
  question: `word${i} stands alone with number${i * 3} and mark${i * 7}`,
  answer: `the answer is number ${i % 25} of them all and no other`,
  thread: `t${i % (ROWS / 2)}`,
  customer: `c${i % (ROWS / 10)}`,
  created: new Date(Date.UTC(2024, 0, 1) + i * DAY),
  closed: new Date(Date.UTC(2024, 0, 1) + ((i * 7) % ROWS) * DAY),
  label: `l${i % 3}`,
  label2: i < ROWS / 4 ? "rare" : "often",
  part: i % 4 === 0 ? "test" : "train"
}));
const BEFORE: Roles = {group: "thread", time: "created", label: "label", text: "question"};
export const CHANGED: Roles[] = [
  {group: "customer"},
  {time: "closed"},
  {label: "label2"},
  {text: "answer"},
  {group: undefined}
];
const STRATEGIES = ["random", "group", "stratified", "stratified-group", "cluster", "temporal"] as const;
export const SPECS: SplitSpec[] = [
  ...STRATEGIES.map((strategy) => ({strategy, test: 0.25})),
  {strategy: "given", column: "part"},
  {strategy: "group", name: "held", heldOut: 0.2},
  ...rollingWindows({strategy: "temporal", name: "rolling", rolling: 2})
];

const open: Store[] = [];
afterEach(() => {
  for (const store of open.splice(0)) store.close();
});

export async function pulled(workspace: Workspace, roles: Roles) {
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

export async function splitsOf(workspace: Workspace, roles: Roles, specs: readonly SplitSpec[]) {
  const {store, version} = await pulled(workspace, roles);
  const made = [];
  for (const spec of specs) {
    const {id} = await ensureSplit(store, version, spec);
    made.push({spec, id, name: spec.name ?? spec.strategy, ...(await said(store, "tickets", id))});
  }
  return made;
}

/** Whether a role's column divides the rows of a split, or names its groups. */
export const CONCERNED: Record<string, (spec: SplitSpec) => boolean> = {
  group: () => true,
  time: ({strategy}) => strategy === "temporal",
  label: ({strategy}) => strategy.startsWith("stratified"),
  text: ({strategy}) => strategy === "cluster"
};

/** Those that a role concerns and can be made, and one that it does not. */
export const possible = (roles: Roles, specs: readonly SplitSpec[]) => {
  const isConcerned = CONCERNED[Object.keys(roles)[0]!]!;
  const has = (spec: SplitSpec) => isConcerned(spec) || spec.strategy === "random";
  return "group" in roles && roles.group === undefined
    ? specs.filter(({strategy}) => !strategy.includes("group"))
    : specs.filter((spec) => has(spec) && spec.heldOut === undefined);
};
