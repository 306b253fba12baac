import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {parse} from "yaml";
import {checkCroissant, croissant} from "../../../src/data/datasets/index.js";
import {sha256File} from "../../../src/base/system/index.js";
import type {VersionManifest} from "../../../src/base/store/index.js";
import {writeLoader} from "../../support/assay.js";
import {assayHere} from "../../support/assayHere.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

const version: VersionManifest = {
  kind: "version",
  schemaVersion: 1,
  dataset: "mails",
  id: "0123456789abcdef",
  sha256: "ab".repeat(32),
  rows: 2,
  columns: [
    {name: "row_id", type: "VARCHAR"},
    {name: "n", type: "BIGINT"},
    {name: "tags", type: "VARCHAR[]"},
    {name: "at", type: "TIMESTAMP"}
  ],
  pulledAt: "2026-01-02T03:04:05.000Z",
  source: {kind: "files", files: ["mails.csv"]},
  bytes: 123,
  licence: "CC-BY-4.0"
};
const whole = () =>
  structuredClone(
    croissant({version, sha256: "cd".repeat(32), url: "https://example.com/mails", creator: "The team"})
  );

interface Broken {
  license?: string;
  conformsTo: string;
  "@context": Record<string, unknown>;
  distribution: {sha256?: string}[];
  recordSet: {
    key: object;
    field: {dataType?: string; source: {fileObject: {"@id": string}; extract: object}}[];
  }[];
}

describe("Croissant", () => {
  it("of a version meets the specification's rules", () => {
    expect(checkCroissant(whole())).toEqual([]);
  });

  it("is refused for every broken rule, all at once, with the place", () => {
    const document = whole() as unknown as Broken;
    delete document.license;
    document.conformsTo = "http://mlcommons.org/croissant/0.8";
    delete document["@context"].fileObject;
    delete document.distribution[0]!.sha256;
    document.recordSet[0]!.field[1]!.source.fileObject["@id"] = "other.parquet";
    delete document.recordSet[0]!.field[2]!.dataType;
    document.recordSet[0]!.field[3]!.source.extract = {};
    document.recordSet[0]!.key = {"@id": "rows/none"};
    expect(checkCroissant(document)).toEqual([
      "@context does not define fileObject as the specification does",
      "conformsTo must name http://mlcommons.org/croissant/1.0 or 1.1",
      "license is missing",
      "distribution 1: sha256 (64 hex digits) is missing",
      "recordSet 1 field 2: its source leads to no file or record set",
      "recordSet 1 field 3: dataType is missing",
      "recordSet 1 field 4: extract needs one of column, jsonPath, fileProperty",
      "recordSet rows: key leads to no field"
    ]);
    expect(checkCroissant([])).toEqual(["the document is not a JSON object"]);
  });
});

describe("assay card", () => {
  it("writes a hub card whose facts are the version's, and Croissant whose checksum is the file's", async () => {
    const project = await temporaryProject();
    writeFileSync(join(project, "mails.csv"), "id,text,n\na,hello,1\nb,there,2\n");
    writeLoader(
      project,
      "mails",
      `{name: "mails", licence: "CC-BY-4.0", description: "Mails: with a colon.", source: {kind: "files", files: "mails.csv"}, id: "id", text: "text", checks: {"n is positive": "n > 0"}}`
    );
    const [pulled] = JSON.parse((await assayHere(project, "pull", "--json")).stdout) as {
      version: VersionManifest;
    }[];
    const {version} = pulled!;
    const card = (await assayHere(project, "card", "mails")).stdout;
    const [, facts, body] = card.split(/^---$/m);
    expect(parse(facts!)).toMatchObject({
      license: "cc-by-4.0",
      pretty_name: "mails",
      size_categories: ["n<1K"],
      configs: [{config_name: "default", data_files: [{split: "train", path: "rows.parquet"}]}],
      dataset_info: {
        features: [
          {name: "row_id", dtype: "string"},
          {name: "row_hash", dtype: "string"},
          {name: "id", dtype: "string"},
          {name: "text", dtype: "string"},
          {name: "n", dtype: "int64"}
        ],
        splits: [{name: "train", num_bytes: version.bytes, num_examples: 2}]
      }
    });
    expect(body).toContain(version.sha256);
    expect(body).toContain("passed: n is positive");
    const out = join(project, "croissant.json");
    const refused = await assayHere(project, "card", "mails", "--format", "croissant");
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/--url.*--creator/)]);
    const words = ["--format", "croissant", "--url", "https://example.com", "--creator", "Us", "-o", out];
    expect((await assayHere(project, "card", "mails", ...words)).stderr).toBe("");
    const document = JSON.parse(readFileSync(out, "utf8")) as {distribution: {sha256: string}[]};
    expect(checkCroissant(document)).toEqual([]);
    expect(document.distribution[0]!.sha256).toBe(
      await sha256File(join(project, ".assay", "datasets", "mails", version.id, "rows.parquet"))
    );
  });
});
