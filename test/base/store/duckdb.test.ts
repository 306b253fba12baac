import {describe, expect, it} from "vitest";
import {openDatabase} from "../../../src/base/store/index.js";

const megabytes = () => process.memoryUsage.rss() / (1 << 20);

describe("a database", () => {
  it("gives moments that no Date holds as text", async () => {
    const db = await openDatabase({threads: 1});
    try {
      const sql = `select 'infinity'::timestamptz as a, '-infinity'::timestamp as b, ['290000-01-01'::timestamp] as c, '2026-01-02'::timestamp as d,
        'infinity'::timestamp_ns as e, {'f': '-infinity'::timestamp_ns} as g, '2262-04-11 23:47:16.854775806'::timestamp_ns as h`;
      const row = {
        a: "infinity",
        b: "-infinity",
        c: ["290000-01-01 00:00:00"],
        d: "2026-01-02T00:00:00.000Z",
        e: "infinity",
        g: {f: "-infinity"},
        h: "2262-04-11T23:47:16.854775806Z"
      };
      expect(await db.row(sql)).toEqual(row);
      for await (const batch of db.batches(sql)) expect(batch).toEqual([row]);
    } finally {
      db.close();
    }
  });

  it("gives decimals that a double holds as numbers, and others as their text, at every depth", async () => {
    const db = await openDatabase({threads: 1});
    try {
      const sql = `select 12.50::decimal(10,2) as short, -0.1::decimal(30,20) as tenth, 0::decimal(38,10) as zero,
        0.00000001::decimal(20,10) as small, 9007199254740993::decimal(20,0) as "whole", 12345678901234567000::decimal(20,0) as round,
        12345678901264.123456::decimal(24,6) as amount, -12345678901234567.50::decimal(20,2) as below,
        {'d': 12345678901234567.25::decimal(20,2), 'e': 1.5::decimal(4,1)} as s, [0.12345678901234567891::decimal(30,20)] as l,
        map {'k': 12345678901234567.25::decimal(20,2)} as m`;
      const row = {
        short: 12.5,
        tenth: -0.1,
        zero: 0,
        small: 1e-8,
        whole: "9007199254740993",
        round: 12345678901234567000,
        amount: "12345678901264.123456",
        below: "-12345678901234567.50",
        s: {d: "12345678901234567.25", e: 1.5},
        l: ["0.12345678901234567891"],
        m: [{key: "k", value: "12345678901234567.25"}]
      };
      expect(await db.rows(sql, {}, "values")).toEqual([row]);
      for await (const batch of db.batches(sql)) expect(batch).toEqual([row]);
    } finally {
      db.close();
    }
  });

  it("keeps of a moment what milliseconds do not hold, before 1970 as well", async () => {
    const db = await openDatabase({threads: 1});
    try {
      const sql = `select '2026-01-02 03:04:05.123456'::timestamp as micros, '2026-01-02 03:04:05.120000001'::timestamp_ns as nanos,
        '1969-12-31 23:59:59.999999'::timestamptz as before, '2026-01-02 03:04:05.120'::timestamp_ns as millis,
        ['2026-01-02 03:04:05.000100'::timestamp] as l, '2026-01-02 03:04:05'::timestamp_s as s`;
      expect(await db.row(sql)).toEqual({
        micros: "2026-01-02T03:04:05.123456Z",
        nanos: "2026-01-02T03:04:05.120000001Z",
        before: "1969-12-31T23:59:59.999999Z",
        millis: "2026-01-02T03:04:05.120Z",
        l: ["2026-01-02T03:04:05.000100Z"],
        s: "2026-01-02T03:04:05.000Z"
      });
    } finally {
      db.close();
    }
  });

  it("leaves out members of structures that are null where values are asked for, and keeps what JSON has", async () => {
    const db = await openDatabase({threads: 1});
    try {
      const sql = `select {'a': 1, 'b': null, 'c': {'d': null}, 'e': [null, {'f': null, 'g': 'x'}]} as s,
        [{'city': null}] as l, null::struct(a int) as n, map {'k': null, 'm': {'x': null}} as m,
        '{"a":null,"b":[{"c":null}]}'::json as j, {'j': '{"a":null}'::json, 'k': 'null'::json, 'n': null::json} as nested`;
      const [read] = await db.rows(sql, {}, "values");
      expect(read).toEqual({
        s: {a: 1, c: {}, e: [null, {g: "x"}]},
        l: [{}],
        n: null,
        m: [
          {key: "k", value: null},
          {key: "m", value: {}}
        ],
        j: {a: null, b: [{c: null}]},
        nested: {j: {a: null}, k: null}
      });
      const [stored] = await db.rows<{s: object; l: object}>(sql);
      expect(stored).toMatchObject({s: {a: 1, b: null}, l: [{city: null}]});
    } finally {
      db.close();
    }
  });

  it("keeps a member of a structure that is called __proto__, at every depth", async () => {
    const db = await openDatabase({threads: 1});
    try {
      const sql = `select {'a': 1, '__proto__': 2, 'b': 3} as number, {'__proto__': {'a': 1, '__proto__': [1]}} as struct,
        [{'__proto__': 'x'}, {'__proto__': null}] as list, array_value({'__proto__': 1.5::decimal(3,1)}) as array,
        map {'k': {'__proto__': 1}} as map, {'__proto__': '{"a":1}'::json} as json, {'__proto__': '2026-01-02'::date} as date`;
      const read = (json: string, list: string) =>
        `{"number":{"a":1,"__proto__":2,"b":3},"struct":{"__proto__":{"a":1,"__proto__":[1]}},"list":${list},"array":[{"__proto__":1.5}],"map":[{"key":"k","value":{"__proto__":1}}],"json":{"__proto__":${json}},"date":{"__proto__":"2026-01-02"}}`;
      const texts = read('"{\\"a\\":1}"', '[{"__proto__":"x"},{"__proto__":null}]');
      expect(JSON.stringify(await db.row(sql))).toBe(texts);
      for await (const batch of db.batches(sql)) expect(JSON.stringify(batch)).toBe(`[${texts}]`);
      const values = read('{"a":1}', '[{"__proto__":"x"},{}]');
      expect(JSON.stringify(await db.rows(sql, {}, "values"))).toBe(`[${values}]`);
      const many = `select {'__proto__': {'n': range}} as s from range(5000)`;
      expect(JSON.stringify((await db.rows(many))[4999])).toBe('{"s":{"__proto__":{"n":4999}}}');
    } finally {
      db.close();
    }
  });

  it("runs statements of a further connection beside its own, which sees none of its temporary tables", async () => {
    const db = await openDatabase({threads: 1});
    try {
      await db.run("create table shared as select 1 as a");
      await db.run("create temp table own as select 2 as a");
      const beside = await db.connect();
      let ended = false;
      const slow = db
        .run(
          "create temp table sorted as select sha256(range::varchar) as key from range(600000) order by key"
        )
        .then(() => (ended = true));
      expect(await beside.rows("select a from shared")).toEqual([{a: 1}]);
      expect(ended).toBe(false);
      await expect(beside.rows("select a from own")).rejects.toThrow("own");
      await slow;
      beside.close();
      expect(await db.rows("select a from own")).toEqual([{a: 2}]);
    } finally {
      db.close();
    }
  });

  it.skipIf(process.platform !== "linux")(
    "gives back what statements have freed when it is trimmed",
    async () => {
      const db = await openDatabase({threads: 1});
      try {
        await db.rows("select 1");
        const before = megabytes();
        await db.run(
          "create temp table sorted as select sha256(range::varchar) as key, repeat('x', 200) || range as text from range(150000) order by key"
        );
        await db.run("drop table sorted");
        const freed = megabytes();
        await db.trim();
        expect(freed - before).toBeGreaterThan(40);
        expect(megabytes() - before).toBeLessThan((freed - before) / 2);
        const limit = () => db.row("select current_setting('memory_limit') as told");
        const told = await limit();
        for (let times = 0; times < 20; times++) await db.trim();
        expect(await limit()).toEqual(told);
      } finally {
        db.close();
      }
    }
  );
});
