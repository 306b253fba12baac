import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {type Database, openDatabase} from "../../../src/base/store/index.js";
import {keptCounts} from "../../../src/base/store/kinds/keptCounts.js";

const runs = [
  {
    id: "r1",
    scorers: [
      {
        name: "wer",
        version: "1",
        binary: false,
        corpus: {figure: "ratio", of: "edits", over: "words"} as const
      },
      {name: "labels", version: "1", binary: true, corpus: {figure: "macroF1"} as const},
      {name: "exact", version: "1", binary: true}
    ]
  }
];

describe("what stays of a score's details where words go", () => {
  let db: Database;
  beforeAll(async () => {
    db = await openDatabase();
    await db.run(`create table scores as select * from (values
      ('r1', 'wer', 'scored', '{"edits":2,"words":7,"said":"Dear Ann"}'),
      ('r1', 'wer', 'failed', '{"edits":"Dear Ann","words":7}'),
      ('r1', 'labels', 'scored', '{"expected":"spam","predicted":"Dear Ann"}'),
      ('r1', 'exact', 'scored', '{"said":"Dear Ann"}'),
      ('r2', 'wer', 'scored', '{"edits":2,"words":7}')) t(run, scorer, status, details)`);
  });
  afterAll(() => db.close());
  const kept = async (label?: (of: string) => string) =>
    (await db.rows<{kept: string | null}>(`select ${keptCounts(runs, label)} as kept from scores`)).map(
      (row) => row.kept
    );

  it("are the counts of the runs' own figures, and no words of a score that failed", async () => {
    expect(await kept()).toEqual(['{"edits":2,"words":7}', null, null, null, null]);
  });

  it("are hashes of labels where labels are hashed", async () => {
    const [wer, failed, labels] = await kept((of) => `'#' || length(${of})`);
    expect([wer, failed]).toEqual(['{"edits":2,"words":7}', null]);
    expect(labels).toBe('{"expected":"#4","predicted":"#8"}');
  });
});
