// @module-tag long
import {readdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {beforeAll, describe, expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {openDatabase, sqlString} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";
import {datasetDir} from "../../support/folders.js";

const FORMATS = {
  "rows.jsonl": "format json",
  "rows.json": "format json, array true",
  "rows.csv": "format csv, header true"
};
const PACKED = Object.keys(FORMATS).flatMap((name) => [`${name}.gz`, `${name}.zst`]);
const whole = new Map<string, Buffer>();

beforeAll(async () => {
  const {tmpDir} = await temporaryWorkspace();
  const db = await openDatabase({tmpDir});
  // Rows that pack badly: 5,000 make several blocks of zstd.
  await db.run("create table t as select i as id, sha256(i::varchar) as text from range(5000) t(i)");
  for (const [name, options] of Object.entries(FORMATS))
    for (const [ending, compression] of [
      ["gz", "gzip"],
      ["zst", "zstd"]
    ]) {
      const file = join(tmpDir, `${name}.${ending}`);
      await db.run(`copy t to ${sqlString(file)} (${options}, compression ${compression})`);
      whole.set(`${name}.${ending}`, readFileSync(file));
    }
  db.close();
});

const flipped = (bytes: Buffer, at: number) => {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 0x5a;
  return copy;
};

const BREAKS: Record<string, (bytes: Buffer) => Buffer> = {
  "cut in the middle": (bytes) => bytes.subarray(0, bytes.length >> 1),
  "cut three bytes before its end": (bytes) => bytes.subarray(0, bytes.length - 3),
  // A checksum is optional in zstd, and DuckDB writes none: an altered literal is another text, an altered table is broken.
  altered: (bytes) => flipped(bytes, bytes[0] === 0x28 ? 12 : bytes.length >> 1),
  empty: () => Buffer.alloc(0),
  "not packed": () => Buffer.from('id,text\n1,"{}"\n')
};

async function pulled(name: string, bytes: Buffer, skipBad: boolean): Promise<string> {
  const workspace = await temporaryWorkspace();
  const file = join(workspace.project, name);
  writeFileSync(file, bytes);
  const definition = defineDataset({name: "set", source: {kind: "files", files: name}});
  try {
    const {version} = await pull(workspace, definition, {skipBad});
    return `${version.rows} rows`;
  } catch (error) {
    expect(readdirSync(datasetDir(workspace, "set"))).toEqual([]);
    expect(readdirSync(workspace.tmpDir)).toEqual([]);
    return (error as Error).message.replace(file, "FILE");
  }
}

describe("a packed file", () => {
  for (const name of PACKED) {
    it(`${name} is read whole`, async () => {
      expect(await pulled(name, whole.get(name)!, false)).toBe("5000 rows");
    });

    for (const [what, broken] of Object.entries(BREAKS))
      it(`${name}, ${what}, is named and leaves no version, --skip-bad or not`, async () => {
        for (const skipBad of [false, true]) {
          const found = await pulled(name, broken(whole.get(name)!), skipBad);
          expect(found).toMatch(
            /FILE cannot be unpacked: .+\. No version was made\. Fetch or write the file again\./
          );
        }
      });
  }

  it("is taken in several frames or members, one after another", async () => {
    for (const name of ["rows.jsonl.gz", "rows.jsonl.zst"]) {
      const twice = Buffer.concat([whole.get(name)!, whole.get(name)!]);
      expect(await pulled(name, twice, false)).toBe("10000 rows");
      expect(await pulled(name, twice.subarray(0, twice.length - 3), false)).toMatch(
        /FILE cannot be unpacked/
      );
    }
  });

  it("that is broken is named among others, all broken ones at once", async () => {
    const workspace = await temporaryWorkspace();
    const names = ["a.jsonl.gz", "b.jsonl.gz", "c.jsonl.zst"];
    writeFileSync(join(workspace.project, names[0]!), whole.get("rows.jsonl.gz")!);
    for (const [name, from] of [
      [names[1]!, "rows.jsonl.gz"],
      [names[2]!, "rows.jsonl.zst"]
    ] as const)
      writeFileSync(join(workspace.project, name), whole.get(from)!.subarray(0, 5_000));
    await expect(
      pull(workspace, defineDataset({name: "set", source: {kind: "files", files: names}}))
    ).rejects.toThrow(
      /^dataset set: \S+b\.jsonl\.gz cannot be unpacked: .+; \S+c\.jsonl\.zst cannot be unpacked: /
    );
  });
});
