// @module-tag long
import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {type DatasetDefinition, defineDataset, pull, purge} from "../../../src/data/datasets/index.js";
import {pullRedaction} from "../../../src/data/privacy/index.js";
import {openStore, type Workspace} from "../../../src/base/store/index.js";
import {datasetDir} from "../../support/folders.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

type Line = Record<string, string>;
type Privacy = DatasetDefinition["privacy"];

const key = (letter: string) => ({ASSAY_PSEUDONYM_KEY: letter.repeat(32)});
const refund = "hello ada@example.com I want a refund";
const lines: Line[] = [
  {text: refund, label: "x"},
  {text: "plain text here", label: "y"},
  {text: "bob@example.org writes again", label: "x"}
];
const mask: Privacy = {actions: {email: "mask", default: "keep"}};
const replace: Privacy = {actions: {email: "replace", default: "keep"}};
const pseudonyms: Privacy = {actions: {email: "pseudonym", default: "keep"}};
const asked = {where: "text like '%refund%'", reason: "asked"};

interface Place {
  workspace: Workspace;
  /** Pulls, and gives the texts of the new version and what was said. */
  pulled(privacy: Privacy, rows?: readonly Line[], env?: Record<string, string>): Promise<[string[], string]>;
}

async function place(more: Partial<DatasetDefinition> = {}): Promise<Place> {
  const workspace = await temporaryWorkspace();
  return {
    workspace,
    async pulled(privacy, rows = lines, env = {}) {
      const definition = defineDataset({
        name: "notes",
        text: "text",
        source: {kind: "rows", rows: () => rows},
        privacy,
        ...more
      });
      const said: string[] = [];
      const redaction = pullRedaction(definition, {env, threads: 1});
      await pull(workspace, definition, {...redaction, onProgress: (text) => said.push(text)});
      const store = await openStore(workspace);
      const found = await store.rows<{text: string}>("select text from notes order by text");
      store.close();
      return [found.map(({text}) => text), said.join("\n")];
    }
  };
}

const tombstonesFile = ({workspace}: Place) => join(datasetDir(workspace, "notes"), "tombstones.json");

describe("a row that was erased stays out", () => {
  it("when a mask becomes a type's name, and when the rules are taken away", async () => {
    const one = await place();
    await one.pulled(mask);
    await purge(one.workspace, "notes", asked);
    const [replaced, said] = await one.pulled(replace);
    expect(replaced).toEqual(["<EMAIL_ADDRESS> writes again", "plain text here"]);
    expect(said).toContain("1 of its rows were erased from the store, and are left out");
    expect(said).not.toContain("comes back");
    expect((await one.pulled(undefined))[0]).toEqual(["bob@example.org writes again", "plain text here"]);
    expect(readFileSync(tombstonesFile(one), "utf8")).not.toMatch(/ada@|refund|\*\*/);
  });

  it("when rules are stated after the purge, and where the purge is between two pulls with other rules", async () => {
    const one = await place();
    await one.pulled(undefined);
    await purge(one.workspace, "notes", asked);
    expect((await one.pulled(replace))[0]).toHaveLength(2);

    const more = [
      ...lines,
      ...["one", "two"].map((text) => ({text: `${text} of eve@example.net asks`, label: "x"}))
    ];
    await one.pulled(mask, more);
    await purge(one.workspace, "notes", {where: "text like 'one%asks'", reason: "asked"});
    await one.pulled(pseudonyms, more, key("a"));
    await purge(one.workspace, "notes", {where: "text like 'two%asks'", reason: "asked"});
    const [texts] = await one.pulled(
      {actions: {email: "mask", phone: "mask", default: "keep"}},
      more,
      key("a")
    );
    expect(texts).toEqual(["***@*******.*** writes again", "plain text here"]);
  });

  it("when the key of pseudonyms is another, be they in its id", async () => {
    const one = await place({id: "email"});
    const rows = lines.map((line, i) => ({...line, email: `u${i}@example.com`}));
    await one.pulled(pseudonyms, rows, key("a"));
    await purge(one.workspace, "notes", asked);
    const [texts, said] = await one.pulled(pseudonyms, rows, key("b"));
    expect(texts).toHaveLength(2);
    expect(texts.join()).not.toContain("refund");
    expect(said).toMatch(/! notes: rows of it were erased under another key of pseudonyms/);
    // The pull before knows it as the source has it.
    expect((await one.pulled(undefined, rows))[0]).toHaveLength(2);
  });

  it("or nothing is pulled, where only a pseudonym of another key would tell it, until the key of then is at hand", async () => {
    const one = await place({id: "email"});
    const rows = ["a", "b", "c"].map((name) => ({
      email: `${name}@example.com`,
      text: `${name === "a" ? "bye" : "hello"}`
    }));
    const twins = [...rows, {email: "d@example.com", text: "bye"}];
    await one.pulled(pseudonyms, rows, key("a"));
    await purge(one.workspace, "notes", {where: "text = 'bye'", reason: "asked"});
    expect((await one.pulled(pseudonyms, rows, key("b")))[0]).toEqual(["hello", "hello"]);

    const two = await place({id: "email"});
    await two.pulled(pseudonyms, twins, key("a"));
    const store = await openStore(two.workspace);
    const [{email}] = (await store.rows<{email: string}>(
      "select email from notes where text = 'bye' limit 1"
    )) as [{email: string}];
    store.close();
    await purge(two.workspace, "notes", {where: `email = '${email}'`, reason: "asked"});
    await expect(two.pulled(pseudonyms, twins, key("b"))).rejects.toThrow(
      /2 rows of the source are like rows that were erased but for their pseudonyms.*No version was made/
    );
    expect((await two.pulled(pseudonyms, twins, key("a")))[0]).toEqual(["bye", "hello", "hello"]);
    expect((await two.pulled(pseudonyms, twins, key("b")))[0]).toEqual(["bye", "hello", "hello"]);
  });
});

it("rows that were erased before tombstones kept the rules are held against those of the versions that stand, and that is said", async () => {
  const one = await place();
  await one.pulled(mask);
  await purge(one.workspace, "notes", asked);
  const kept = JSON.parse(readFileSync(tombstonesFile(one), "utf8")) as {
    redactions?: object;
    rows: {redactions?: object}[];
  };
  delete kept.redactions;
  for (const row of kept.rows) delete row.redactions;
  writeFileSync(tombstonesFile(one), JSON.stringify(kept));
  const [texts, said] = await one.pulled(replace);
  expect(texts).toHaveLength(2);
  expect(said).toMatch(/! notes: 1 row of it was erased by a release/);
  expect((await one.pulled(replace))[1]).not.toContain("a release");
});
