import {expect} from "vitest";
import type {SplitSpec} from "../../../../src/data/splits/index.js";
import {readSplit, writeSplit} from "../../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../../support/temporaryWorkspace.js";
import {CHANGED, CONCERNED, type Roles, splitsOf} from "./changedRoles.js";

/** Splits made by other roles are those of the same rows in a new store, and those of before are found again. */
export async function asInNewStore(roles: Roles, specs: readonly SplitSpec[]): Promise<void> {
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
}

/** Splits that do not say their columns stay while roles are the same, and are made anew by another `role`. */
export async function withoutTheirRoles(role: keyof Roles, specs: readonly SplitSpec[]): Promise<void> {
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
