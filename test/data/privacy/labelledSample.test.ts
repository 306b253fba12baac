import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {measureRecognition, recognition} from "../../../src/data/privacy/index.js";
import {openStore, type Store, type VersionManifest} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

async function withVersion(
  use: (place: {store: Store; version: VersionManifest; file: string}) => Promise<void>
): Promise<void> {
  const store = await openStore(await temporaryWorkspace());
  try {
    const rows = [{id: "1", body: "write to ada@example.org"}];
    const definition = {
      name: "mails",
      id: "id",
      text: "body",
      source: {kind: "rows", rows: () => rows}
    } as const;
    const {version} = await pull(store.workspace, defineDataset(definition));
    store.refresh();
    await use({store, version, file: join(store.workspace.project, "labels.jsonl")});
  } finally {
    store.close();
  }
}

describe("a labelled sample", () => {
  it("gives precision and recall by type, of own texts and of rows, and is kept", async () => {
    await withVersion(async ({store, version, file}) => {
      const entries = [
        {row: "1", spans: [{type: "EMAIL_ADDRESS", start: 9, end: 24}]},
        {
          full_text: "\u{1f600} at eve@example.org, born in a leap year",
          spans: [
            {
              entity_type: "EMAIL_ADDRESS",
              start_position: 5,
              end_position: 20,
              entity_value: "eve@example.org"
            },
            {entity_type: "DATE_OF_BIRTH", start_position: 22, end_position: 26, entity_value: "born"}
          ]
        },
        {text: "not labelled: bob@example.org", spans: []},
        {text: "off by one", spans: [{type: "PERSON", start: 1, end: 4, value: "off"}]}
      ];
      await writeFile(file, entries.map((entry) => JSON.stringify(entry)).join("\n"));
      const measured = await measureRecognition(store, version, file);
      expect(measured).toMatchObject({texts: 4, wrongAnnotations: 1, file: "labels.jsonl"});
      expect(measured.types.EMAIL_ADDRESS).toMatchObject({truePositives: 2, falsePositives: 1, recall: 1});
      expect(measured.types.EMAIL_ADDRESS!.precision).toBeCloseTo(2 / 3);
      expect(measured.types.DATE_OF_BIRTH).toEqual({
        truePositives: 0,
        falsePositives: 0,
        falseNegatives: 1,
        recall: 0
      });
      expect(await recognition(store, "mails")).toEqual(measured);
    });
  });

  it("that cannot be used is refused with every entry that is wrong", async () => {
    await withVersion(async ({store, version, file}) => {
      await writeFile(
        file,
        '{"text": "x"}\n{"row": "7", "spans": []}\n{"text": "y", "spans": [{"type": "A"}]}\n{'
      );
      await expect(measureRecognition(store, version, file)).rejects.toThrow(
        /line 4 is not valid JSON; entry 1: it has no list "spans".*entry 2: row "7" has no text in body, or is held out; entry 3: a span needs/
      );
      await expect(measureRecognition(store, version, `${file}.missing`)).rejects.toThrow(
        /no labelled sample/
      );
      expect(await recognition(store, "mails")).toBeUndefined();
    });
  });
});
