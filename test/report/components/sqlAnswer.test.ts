import {expect, it} from "vitest";
import {asTexts, describing, numberText} from "../../../src/report/components/sql/sqlAnswer.js";
import {openDatabase} from "../../../src/base/store/index.js";

it("values whose type Arrow would lose are texts as DuckDB writes them", async () => {
  const db = await openDatabase();
  try {
    const ask = async (sql: string) => {
      const described = await db.rows<{column_name: string; column_type: string}>(describing(sql));
      const columns = described.map(({column_name: name, column_type: type}) => ({name, type}));
      return db.rows(asTexts(sql, columns));
    };
    const asked = `select date '2026-01-02' d, 1234567.89 x, 9007199254740993::bigint b, interval 1 day i, 'a'::blob bl,
      timestamp '2026-01-02 03:04:05' ts, time '03:04:05' t, [date '2026-01-02'] l, 1.5::double f, 3 n, 'x' as "a ""b", null z -- end
      ;`;
    expect(await ask(asked.replace("-- end", ""))).toEqual([
      {
        d: "2026-01-02",
        x: "1234567.89",
        b: "9007199254740993",
        i: "1 day",
        bl: "a",
        ts: "2026-01-02 03:04:05",
        t: "03:04:05",
        l: "[2026-01-02]",
        f: 1.5,
        n: 3,
        'a "b': "x",
        z: null
      }
    ]);
    expect(await ask("select n from range(3) as r(n) order by n desc -- the end")).toEqual(
      ["2", "1", "0"].map((n) => ({n}))
    );
  } finally {
    db.close();
  }
});

it("numbers are rounded behind the point alone", () => {
  const shown = [1234567.89, 123456789.125, 0.123456789, 12.3456789, 1e-9, 5, -98765432.101].map(numberText);
  expect(shown).toEqual(["1234567.89", "123456789.13", "0.123457", "12.3457", "1e-9", "5", "-98765432.1"]);
});
