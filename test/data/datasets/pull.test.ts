import {readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {openStore} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";
import {datasetDir} from "../../support/folders.js";

const mails = (rows: object[], more: object = {}) =>
  defineDataset({name: "mails", source: {kind: "rows", rows: () => rows}, id: "id", ...more});
const three = [
  {id: "a", text: "one", label: "x"},
  {id: "b", text: "two", label: "y"},
  {id: "c", text: "three", label: "x"}
];

describe("pull", () => {
  it("says that an older state is the current one again, instead of counting its rows as new", async () => {
    const workspace = await temporaryWorkspace();
    const {version: old} = await pull(workspace, mails(three));
    await pull(workspace, mails(three.slice(0, 2)));
    const again = await pull(workspace, mails(three));
    expect(again).toMatchObject({version: {id: old.id}, changed: true, again: true});
    const store = await openStore(workspace);
    expect((await store.latestVersion("mails"))!.id).toBe(old.id);
    store.close();
    expect((await pull(workspace, mails(three))).again).toBeUndefined();
  });

  it("makes a version of what the source holds, with a row id and a content hash in every row", async () => {
    const workspace = await temporaryWorkspace();
    const {version, changed} = await pull(workspace, mails(three, {label: "label", licence: "CC0"}));
    expect(changed).toBe(true);
    expect(version).toMatchObject({rows: 3, label: "label", licence: "CC0"});
    const store = await openStore(workspace);
    const rows = await store.rows<{row_id: string; row_hash: string; text: string}>(
      "select * from mails order by row_id"
    );
    expect(rows.map((row) => [row.row_id, row.text])).toEqual([
      ["a", "one"],
      ["b", "two"],
      ["c", "three"]
    ]);
    expect(new Set(rows.map((row) => row.row_hash)).size).toBe(3);
    store.close();
  });

  it("makes nothing new of unchanged data, in whatever order it arrives", async () => {
    const workspace = await temporaryWorkspace();
    const first = await pull(workspace, mails(three));
    const again = await pull(workspace, mails([...three].reverse()));
    expect(again).toEqual({version: first.version, changed: false});
    expect(readdirSync(datasetDir(workspace, "mails")).sort()).toEqual(
      [first.version.id, "latest.json"].sort()
    );
  });

  it("lets go of what the definition no longer says, where the rows are the same", async () => {
    const workspace = await temporaryWorkspace();
    const said = {
      description: "mails",
      licence: "CC0",
      label: "label",
      text: "text",
      group: "label",
      time: "at",
      sensitivity: "public",
      publish: "text",
      filters: {"not d": "id <> 'd'"},
      checks: {"not e": "id <> 'e'"}
    };
    const at = "2026-01-01";
    const timed = three.map((row) => ({...row, at}));
    const more = [...timed, {id: "d", text: "four", label: "x", at}];
    const {version} = await pull(workspace, mails(more, said));
    expect(version).toMatchObject({...said, rejected: 1, filters: {"not d": {rejected: 1}}, checks: [{}]});
    const later = await pull(workspace, mails(timed));
    expect(later).toMatchObject({changed: false, version: {id: version.id, checks: []}});
    const kept = JSON.parse(
      readFileSync(join(datasetDir(workspace, "mails"), version.id, "manifest.json"), "utf8")
    ) as object;
    const gone = [...Object.keys(said).filter((member) => member !== "checks"), "rejected"];
    expect(Object.keys(kept).filter((member) => gone.includes(member))).toEqual([]);
    expect(readdirSync(join(datasetDir(workspace, "mails"), version.id)).sort()).toEqual([
      "manifest.json",
      "rows.parquet"
    ]);
    const fresh = await pull(await temporaryWorkspace(), mails(timed));
    expect(later.version).toEqual({...fresh.version, pulledAt: version.pulledAt});
  });

  it("counts what was added, removed and changed against the version before", async () => {
    const workspace = await temporaryWorkspace();
    const first = await pull(workspace, mails(three));
    const {version} = await pull(
      workspace,
      mails([three[0]!, {...three[1]!, label: "z"}, {id: "d", text: "four", label: "x"}])
    );
    expect(version.parent).toBe(first.version.id);
    expect(version.changes).toEqual({added: 1, removed: 1, changed: 1});
  });

  it("does not read a source again whose fingerprint and definition are the same", async () => {
    const workspace = await temporaryWorkspace();
    let reads = 0;
    let release = "1";
    const definition = (label?: string) =>
      defineDataset({
        name: "mails",
        source: {kind: "rows", rows: () => (reads++, three), fingerprint: () => release},
        id: "id",
        label: label || undefined
      });
    const first = await pull(workspace, definition());
    expect(await pull(workspace, definition())).toEqual({version: first.version, changed: false});
    expect(reads).toBe(1);
    release = "2";
    expect((await pull(workspace, definition())).changed).toBe(false);
    expect(reads).toBe(2);
    expect((await pull(workspace, definition("label"))).version).toEqual({...first.version, label: "label"});
    expect(reads).toBe(3);
  });

  it("names the newest version again when old content comes back", async () => {
    const workspace = await temporaryWorkspace();
    const first = await pull(workspace, mails(three));
    await pull(workspace, mails(three.slice(1)));
    const back = await pull(workspace, mails(three));
    expect(back.changed).toBe(true);
    const store = await openStore(workspace);
    expect((await store.latestVersion("mails"))?.id).toBe(first.version.id);
    store.close();
  });

  it("names missing ids, ids that come twice and all checks together, also one that cannot be worked out", async () => {
    const workspace = await temporaryWorkspace();
    const rows = [
      {id: "a", text: "secret"},
      {id: "a", text: "one"},
      {id: null, text: "two"}
    ];
    const checks = {number: "text::int > 0", column: "nothing > 0", short: "length(text) < 6"};
    const failed = pull(workspace, mails(rows, {checks}));
    await expect(failed).rejects.toThrow(
      /^dataset mails: 1 rows have no id .*; ids are not unique: "a" 2 times; check "number" cannot be worked out: Conversion Error\. Use try_cast.*; check "column" cannot be worked out: Referenced column "nothing" not found.*; check "short" fails for 1 row/
    );
    await expect(failed).rejects.not.toThrow(/secret/);
  });

  it("tells equal rows without ids apart, whatever their columns are called", async () => {
    const workspace = await temporaryWorkspace();
    const rows = [
      {text: "a", n: 5, i: 1},
      {text: "a", n: 5, i: 1},
      {text: "b", n: 7, i: 2}
    ];
    await pull(workspace, mails(rows, {id: undefined}));
    const store = await openStore(workspace);
    const stored = await store.rows("select row_id, text, n, i from mails order by text, row_id");
    expect(stored.map(({text, n, i}) => ({text, n, i}))).toEqual(rows);
    expect(stored[1]!.row_id).toBe(`${String(stored[0]!.row_id)}-2`);
    store.close();
  });

  it("refuses columns that are called as its own, all at once and whatever their case", async () => {
    const workspace = await temporaryWorkspace();
    const rows = [{id: 1, Row_Id: 2, assay_copy: 3, rejected_by: "x", file_row_number: 4}];
    const ours = /^dataset mails: column "Row_Id" is Assay's own; rename it in `sql`; column "assay_copy" is/;
    await expect(pull(workspace, mails(rows))).rejects.toThrow(ours);
    const filtered = mails(
      rows.map(({id, rejected_by, file_row_number}) => ({id, rejected_by, file_row_number})),
      {filters: {all: "id > 0"}}
    );
    await expect(pull(workspace, filtered)).rejects.toThrow(/"rejected_by" is .* "file_row_number" is/);
    delete (filtered as {filters?: object}).filters;
    expect((await pull(workspace, filtered)).version.rows).toBe(1);
  });

  it("gives the same id to a CSV, a JSONL and a Parquet file of the same rows", async () => {
    const workspace = await temporaryWorkspace();
    const file = (name: string) => join(workspace.project, name);
    writeFileSync(file("m.jsonl"), three.map((row) => JSON.stringify(row)).join("\n") + "\n");
    writeFileSync(
      file("m.csv"),
      "id,text,label\n" + three.map((row) => `${row.id},${row.text},${row.label}`).join("\n") + "\n"
    );
    const store = await openStore(workspace);
    await store.run(
      `copy (select * from read_csv('${file("m.csv")}')) to '${file("m.parquet")}' (format parquet)`
    );
    store.close();
    const ids = [];
    for (const name of ["m.jsonl", "m.csv", "m.parquet"])
      ids.push(
        (await pull(workspace, defineDataset({name: "m", source: {kind: "files", files: name}, id: "id"})))
          .version.id
      );
    expect(new Set(ids).size).toBe(1);
  });

  it("the id of a version depends on the multiset of its rows only", async () => {
    const workspace = await temporaryWorkspace();
    const idOf = async (rows: object[]) =>
      (await pull(workspace, defineDataset({name: "p", source: {kind: "rows", rows: () => rows}}))).version
        .id;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({t: fc.string(), n: fc.integer()}), {minLength: 2, maxLength: 8}),
        fc.nat(),
        async (rows, turn) => {
          const at = turn % rows.length;
          expect(await idOf([...rows.slice(at), ...rows.slice(0, at)])).toBe(await idOf(rows));
          expect(await idOf([...rows, rows[0]!, rows[0]!])).not.toBe(await idOf(rows));
        }
      ),
      {numRuns: 6}
    );
  });

  it("names every duplicate id and every broken check at once, and leaves no version", async () => {
    const workspace = await temporaryWorkspace();
    const broken = mails([...three, {id: "a", text: "again", label: null}], {
      checks: {"has a label": "label is not null"}
    });
    await expect(pull(workspace, broken)).rejects.toThrow(
      /"a" 2 times.*check "has a label" fails for 1 row/s
    );
    expect(readdirSync(datasetDir(workspace, "mails"))).toEqual([]);
  });

  it("says which column a role names in vain, and what there is", async () => {
    const workspace = await temporaryWorkspace();
    await expect(pull(workspace, mails(three, {label: "queue", text: "body"}))).rejects.toThrow(
      /`text` names column "body".*`label` names column "queue".*id, text, label/
    );
  });

  it("a source that dies half-way leaves no version and a second pull starts clean", async () => {
    const workspace = await temporaryWorkspace();
    let dies = true;
    const source = {
      kind: "rows" as const,
      rows: async function* () {
        yield three[0]!;
        if (dies) throw new Error("connection reset");
        yield three[1]!;
      }
    };
    await expect(pull(workspace, defineDataset({name: "d", source, id: "id"}))).rejects.toThrow(
      "connection reset"
    );
    expect(readdirSync(datasetDir(workspace, "d"))).toEqual([]);
    dies = false;
    expect((await pull(workspace, defineDataset({name: "d", source, id: "id"}))).version.rows).toBe(2);
  });

  it("names the file and line of a broken JSONL row", async () => {
    const workspace = await temporaryWorkspace();
    writeFileSync(join(workspace.project, "bad.jsonl"), '{"id": "a"}\n{"id": broken}\n');
    const bad = defineDataset({name: "bad", source: {kind: "files", files: "bad.jsonl"}});
    await expect(pull(workspace, bad)).rejects.toThrow(/bad\.jsonl.*line 2/s);
    rmSync(join(workspace.project, "bad.jsonl"));
    await expect(pull(workspace, bad)).rejects.toThrow(/no such file.*bad\.jsonl/);
  });

  it("refuses a name that would leave the workspace", () => {
    expect(() => defineDataset({name: "../x", source: {kind: "rows", rows: () => []}})).toThrow(
      /cannot be a folder's name/
    );
  });
});
