// @module-tag long
import {describe, expect, it} from "vitest";
import {type DatasetDefinition, defineDataset, pull} from "../../../src/data/datasets/index.js";
import {pullRedaction} from "../../../src/data/privacy/index.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {openStore, type Workspace} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

type Privacy = DatasetDefinition["privacy"];

const pseudonyms: Privacy = {actions: {email: "pseudonym", default: "keep"}};
const rowsFrom = (first: number) =>
  Array.from({length: 40}, (_, i) => ({
    email: `u${first + i}@example.com`,
    key: `k${first + i}`,
    text: `hello u${first + i}@example.com word${first + i}`
  }));

async function pulled(
  workspace: Workspace,
  privacy: Privacy,
  {letter = "a", id = "email", first = 0}: {letter?: string; id?: string; first?: number} = {}
) {
  const definition = defineDataset({
    name: "mails",
    id,
    text: "text",
    source: {kind: "rows", rows: () => rowsFrom(first)},
    privacy
  });
  const env = {ASSAY_PSEUDONYM_KEY: letter.repeat(32)};
  return pull(workspace, definition, pullRedaction(definition, {env, threads: 1}));
}

async function heldOut(privacy: Privacy, id = "email"): Promise<Workspace> {
  const workspace = await temporaryWorkspace();
  const {version} = await pulled(workspace, privacy, {id});
  const store = await openStore(workspace);
  await ensureSplit(store, version, {strategy: "random", test: 0.2, validation: 0, heldOut: 0.3});
  store.close();
  return workspace;
}

const refused =
  /the column email gives other ids than it did .* held-out rows may be there under new ids.*No version was made/;

describe("held-out rows whose ids hold personal data", () => {
  it("are not opened by rules that make other ids, nor by another key, nor by the end of the rules", async () => {
    await expect(pulled(await heldOut(undefined), pseudonyms)).rejects.toThrow(refused);
    const workspace = await heldOut(pseudonyms);
    await expect(pulled(workspace, pseudonyms, {letter: "b"})).rejects.toThrow(refused);
    await expect(pulled(workspace, undefined)).rejects.toThrow(refused);
    await pulled(workspace, pseudonyms);
  });

  it("do not keep rules from changing that leave the ids as they are", async () => {
    const plain = await heldOut(undefined, "key");
    await pulled(plain, pseudonyms, {id: "key"});
    await pulled(plain, pseudonyms, {id: "key", letter: "b"});

    const more: Privacy = {actions: {email: "pseudonym", phone: "mask", default: "keep"}};
    await pulled(await heldOut(pseudonyms), more, {first: 30});
  });

  it("do not keep new rows from taking the place of all, by the same rules", async () => {
    await pulled(await heldOut(pseudonyms), pseudonyms, {first: 40});
  });
});
