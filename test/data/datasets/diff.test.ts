import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {
  type DatasetDefinition,
  defineDataset,
  diffVersions,
  driftVerdict,
  findVersion,
  pull,
  versionPair
} from "../../../src/data/datasets/index.js";
import {openStore} from "../../../src/base/store/index.js";
import {writeLoader} from "../../support/assay.js";
import {assayHere} from "../../support/assayHere.js";
import {temporaryProject, temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const set = (rows: object[]) =>
  defineDataset({name: "mails", source: {kind: "rows", rows: () => rows}, id: "id"});

async function diffOf(first: object[], second: object[]) {
  const workspace = await temporaryWorkspace();
  await pull(workspace, set(first));
  await pull(workspace, set(second));
  const store = await openStore(workspace);
  try {
    const {before, after} = await versionPair(store, "mails");
    return await diffVersions(store, before, after);
  } finally {
    store.close();
  }
}

const many = (n: number, row: (i: number) => object) =>
  Array.from({length: n}, (_, i) => ({id: `r${String(i).padStart(4, "0")}`, ...row(i)}));

describe("the diff of two versions", () => {
  it("counts and names rows that were added, removed and changed, and the columns that changed", async () => {
    const diff = await diffOf(
      [
        {id: "a", text: "one", label: "x"},
        {id: "b", text: "two", label: "y"},
        {id: "c", text: "three", label: "x"}
      ],
      [
        {id: "a", text: "one", label: "x"},
        {id: "b", text: "two", label: "z"},
        {id: "d", text: "four", label: "x"}
      ]
    );
    expect(diff.added).toEqual({rows: 1, sample: ["d"]});
    expect(diff.removed).toEqual({rows: 1, sample: ["c"]});
    expect(diff.changed).toEqual({rows: 1, sample: ["b"]});
    expect(diff.changedColumns).toEqual([{column: "label", rows: 1}]);
  });

  it("looks for no drift in the ids, which new rows have new", async () => {
    const numbered = (from: number) =>
      Array.from({length: 300}, (_, i) => ({id: from + i, text: `text ${i}`, label: i % 2}));
    const diff = await diffOf(numbered(0), numbered(5000));
    expect(diff.drift.map(({column}) => column)).toEqual(["text", "label"]);
    expect(driftVerdict(diff).state).toBe("steady");
  });

  it("names columns that came, went and changed their type", async () => {
    const {columns} = await diffOf([{id: "a", n: 1, old: "x"}], [{id: "a", n: "one", fresh: true}]);
    expect(columns).toEqual({
      added: [{name: "fresh", type: "BOOLEAN"}],
      removed: [{name: "old", type: "VARCHAR"}],
      retyped: [{name: "n", before: "BIGINT", after: "VARCHAR"}]
    });
  });

  it(
    "sets rows aside of which a column changed its type alone, in the diff and in a version's record",
    {tags: ["long"]},
    async () => {
      const rows = many(40, (i) => ({customer: i % 9 === 0 ? null : i, day: "2026-02-03"}));
      const views = {
        BIGINT: "customer",
        DOUBLE: "customer::double",
        VARCHAR: "customer::varchar",
        JSON: "to_json(customer)",
        "DECIMAL(18,2)": "customer::decimal(18, 2)"
      };
      const odd = "case id when 'r0007' then 99 else customer end";
      for (const [before, after] of [
        ["BIGINT", "DOUBLE"],
        ["DOUBLE", "BIGINT"],
        ["BIGINT", "VARCHAR"],
        ["VARCHAR", "JSON"],
        ["DOUBLE", "VARCHAR"],
        ["DECIMAL(18,2)", "DOUBLE"]
      ] as (keyof typeof views)[][]) {
        const version = (type: keyof typeof views, value = "customer") =>
          defineDataset({
            name: "tickets",
            source: {kind: "rows", rows: () => rows},
            sql: `select id, ${views[type].replace("customer", value)} as customer, day::${type === before ? "date" : "timestamp"} as day from source`,
            id: "id"
          });
        const workspace = await temporaryWorkspace();
        await pull(workspace, version(before!));
        const {version: same} = await pull(workspace, version(after!));
        const {version: other} = await pull(workspace, version(before!, odd));
        expect([same.changes, other.changes]).toEqual([
          {added: 0, removed: 0, changed: 0},
          {added: 0, removed: 0, changed: 1}
        ]);
        const store = await openStore(workspace);
        try {
          const [first] = await store.versions();
          const diff = await diffVersions(store, first!, same);
          expect(diff.changed.rows).toBe(0);
          expect(diff.retyped).toMatchObject({
            rows: 40,
            sample: expect.arrayContaining(["r0000"]) as string[]
          });
          expect(diff.changedColumns).toEqual([]);
          const edited = await diffVersions(store, same, other);
          expect(edited.changed).toEqual({rows: 1, sample: ["r0007"]});
          expect(edited.retyped.rows).toBe(39);
          expect(edited.changedColumns).toEqual([{column: "customer", rows: 1}]);
        } finally {
          store.close();
        }
      }
    }
  );

  it("takes no row for retyped alone when a column came or went, and compares lists as they are", async () => {
    const came = await diffOf(
      [{id: "a", n: 1}],
      [
        {id: "a", n: 1, fresh: true},
        {id: "b", n: 1.5, fresh: true}
      ]
    );
    expect([came.changed.rows, came.retyped.rows]).toEqual([1, 0]);
    const lists = await diffOf(
      [
        {id: "a", n: [1, 2]},
        {id: "b", n: [3]}
      ],
      [
        {id: "a", n: ["1", "2"]},
        {id: "b", n: ["3"]}
      ]
    );
    expect([lists.changed.rows, lists.retyped.rows]).toEqual([2, 0]);
  });

  it("measures a number's mean and spread, a category's shares and a text's length, with missing values apart", async () => {
    const {drift} = await diffOf(
      [
        {id: "a", n: 1, label: "x"},
        {id: "b", n: 3, label: "x"},
        {id: "c", n: null, label: "y"}
      ],
      [
        {id: "a", n: 5, label: "y"},
        {id: "b", n: 7, label: "y"},
        {id: "c", n: 9, label: "y"}
      ]
    );
    const n = drift.find(({column}) => column === "n")!;
    expect(n).toMatchObject({
      kind: "numeric",
      before: {values: 2, missing: 1, mean: 2, sd: Math.SQRT2},
      after: {values: 3, missing: 0, mean: 7, sd: 2}
    });
    // By hand: shares with half a row added are x 2.5/4, y 1.5/4 before and x 0.5/4, y 3.5/4 after.
    const label = drift.find(({column}) => column === "label")!;
    expect(label.psi).toBeCloseTo(
      (0.5 / 4 - 2.5 / 4) * Math.log(0.5 / 2.5) + (3.5 / 4 - 1.5 / 4) * Math.log(3.5 / 1.5),
      10
    );
    // By hand: 2 × 2 table x 2 → 0, y 1 → 3 has χ² = 3 with one degree of freedom.
    expect(label.p).toBeCloseTo(0.0832645, 6);
    const texts = await diffOf(
      many(60, (i) => ({text: "x".repeat(i + 1)})),
      many(60, (i) => ({text: "x".repeat(2 * (i + 1))}))
    );
    expect(texts.drift.find(({column}) => column === "text")).toMatchObject({
      kind: "text",
      before: {mean: 30.5},
      after: {mean: 61}
    });
  });
});

describe("the drift verdict", () => {
  const verdictOf = async (first: object[], second: object[]) =>
    driftVerdict(await diffOf(first, second)).state;

  it(
    "is steady when only the order of shares wobbles, drifted when a class doubles",
    {tags: ["long"]},
    async () => {
      const labels = (share: number) => many(2000, (i) => ({label: i % 100 < share ? "a" : "b"}));
      expect(await verdictOf(labels(50), labels(51))).toBe("steady");
      expect(await verdictOf(labels(40), labels(80))).toBe("drifted");
    }
  );

  it("cannot tell with a handful of rows", async () => {
    const few = (label: string) => many(6, (i) => ({label: i < 4 ? label : "b"}));
    expect(await verdictOf(few("a"), few("b"))).toBe("undecided");
  });

  it("calls a column that vanished drifted", async () => {
    expect(
      await verdictOf(
        many(500, () => ({a: 1, b: 2})),
        many(500, () => ({a: 1}))
      )
    ).toBe("drifted");
  });
});

describe("a shift that deciles and lengths do not show", () => {
  const roles = {id: "id", label: "intent", time: "at"};
  async function verdictBetween(first: object[], second: object[], stated: Partial<DatasetDefinition> = {}) {
    const workspace = await temporaryWorkspace();
    const of = (rows: object[]) =>
      defineDataset({name: "mails", source: {kind: "rows", rows: () => rows}, id: "id", ...stated});
    const before = await pull(workspace, of(first));
    const after = await pull(workspace, of(second));
    const store = await openStore(workspace);
    try {
      const diff = await diffVersions(store, before.version, after.version);
      return {diff, ...driftVerdict(diff)};
    } finally {
      store.close();
    }
  }
  const both = async (first: (i: number) => object, second: (i: number) => object, stated = {}) =>
    (await verdictBetween(many(600, first), many(600, second), stated)).state;

  it("is one of a number towards its least values, below them, or among few", {tags: ["long"]}, async () => {
    const share = (ones: number) => (i: number) => ({n: i % 100 < ones ? 1 : 0});
    expect(await both(share(95), share(5))).toBe("drifted");
    expect(await both(share(95), share(94))).toBe("steady");
    const stars = (n: number) => () => ({n});
    expect(await both(stars(5), stars(1))).toBe("drifted");
    expect(await both(stars(5), stars(5))).toBe("steady");
    const spread = (from: number) => (i: number) => ({n: from + i});
    expect(await both(spread(1000), spread(0))).toBe("drifted");
    // A third of the amounts are 50, in the midst of the others; then they are 49.5.
    const tied = (often: number) => (i: number) => ({n: i % 3 === 0 ? often : (i * 37) % 100});
    expect(await both(tied(50), tied(49.5))).toBe("drifted");
    expect(await both(tied(50), tied(50))).toBe("steady");
  });

  it(
    "is one of many classes, by their role or since each stands for many rows, and new rare ones are none",
    {tags: ["long"]},
    async () => {
      const uniform = (i: number) => ({intent: `intent ${String(i % 60).padStart(2, "0")}`});
      const collapsed = (i: number) => ({intent: i % 10 ? "intent 07" : uniform(i).intent});
      expect(await both(uniform, collapsed, {label: "intent"})).toBe("drifted");
      expect(await both(uniform, collapsed)).toBe("drifted");
      expect(await both(uniform, uniform, {label: "intent"})).toBe("steady");
      const threads = (from: number) => (i: number) => ({thread: `t${from + Math.floor(i / 2)}`});
      expect(await both(threads(1000), threads(1300), {group: "thread"})).toBe("steady");
      const texts = (i: number) => ({text: `what row ${100 + i} says`});
      expect(await both(texts, () => ({text: "what row 000 says"}))).toBe("drifted");
      expect(await both(texts, (i) => texts(i + 300))).toBe("steady");
    }
  );

  it(
    "is one of lists and structures by their values where they are few, else by their lengths",
    {tags: ["long"]},
    async () => {
      expect(
        await both(
          () => ({tags: ["a"], meta: {a: 1}}),
          () => ({tags: ["b"], meta: {a: 2}})
        )
      ).toBe("drifted");
      const vectors = (by: number) => (i: number) => ({vector: [1000 + i * by, 2000 + i]});
      expect(await both(vectors(1), (i) => vectors(1)(i + 700))).toBe("undecided");
      expect(
        (
          await verdictBetween(
            many(600, vectors(1)),
            many(600, (i) => vectors(1)(i + 700)).map((one, i) => ({...one, id: `n${i}`}))
          )
        ).state
      ).toBe("steady");
    }
  );

  it(
    "cannot tell of times that moved, but for those that move on with new rows and the dataset's own",
    {tags: ["long"]},
    async () => {
      const day = (from: number) => (i: number) => ({
        at: new Date(Date.UTC(2026, 0, from) + i * 3_600_000),
        intent: "a"
      });
      expect(await both(day(1), day(90))).toBe("undecided");
      expect(await both(day(1), day(90), roles)).toBe("undecided");
      const fresh = (row: (i: number) => object) => many(600, row).map((one, i) => ({...one, id: `n${i}`}));
      const moved = await verdictBetween(many(600, day(1)), fresh(day(90)), roles);
      expect(moved.columns).toContainEqual({
        column: "at",
        state: "steady",
        reason: expect.stringMatching(
          /^2026-01-01.* to .* before, .* now; new rows have new times$/
        ) as string
      });
      expect(moved.state).toBe("steady");
      expect((await verdictBetween(many(600, day(1)), fresh(day(90)))).state).toBe("steady");
      expect((await verdictBetween(many(600, day(90)), fresh(day(1)))).columns[0]).toMatchObject({
        state: "undecided",
        reason: expect.stringContaining("name it as `time`") as string
      });
    }
  );

  it("tells the range of the dataset's own time where it is a text, and not its length", async () => {
    const day = (from: number) => (i: number) => ({
      at: new Date(Date.UTC(2026, 0, from) + i * 3_600_000).toISOString().replace(".000", "")
    });
    const {diff, columns} = await verdictBetween(many(60, day(1)), many(60, day(90)), {time: "at"});
    expect(diff.drift[0]).toMatchObject({column: "at", kind: "time", before: {least: "2026-01-01 00:00:00"}});
    expect(columns[0]!.state).toBe("undecided");
  });

  it("is not ruled out where nothing can be compared", async () => {
    const {state, columns} = await verdictBetween(
      many(5, () => ({})),
      many(6, () => ({}))
    );
    expect([state, columns]).toEqual(["undecided", []]);
  });
});

describe("naming a version", () => {
  it("takes the beginning of an id and lists the versions when it names none", async () => {
    const workspace = await temporaryWorkspace();
    const {version} = await pull(workspace, set([{id: "a"}]));
    const store = await openStore(workspace);
    expect((await findVersion(store, "mails", version.id.slice(0, 6))).id).toBe(version.id);
    expect((await findVersion(store, `mails@${version.id.slice(0, 6)}`)).id).toBe(version.id);
    await expect(findVersion(store, `mails@${version.id}`, "latest")).rejects.toThrow(
      `two versions are named: mails@${version.id} and latest. Give one.`
    );
    await expect(findVersion(store, "mails", "zz")).rejects.toThrow(
      `no version of mails. It has ${version.id}`
    );
    await expect(versionPair(store, "mails")).rejects.toThrow(/has no version before it/);
    store.close();
  });
});

describe("the command line", () => {
  it("shows the diff, the rows, and tells a monitor by its exit code whether data drifted", async () => {
    const project = await temporaryProject();
    writeLoader(project, "mails", `{name: "mails", source: {kind: "files", files: "mails.jsonl"}, id: "id"}`);
    const write = (label: (i: number) => string) =>
      writeFileSync(
        join(project, "mails.jsonl"),
        many(400, (i) => ({label: label(i)}))
          .map((row) => JSON.stringify(row))
          .join("\n")
      );
    write((i) => (i % 2 ? "a" : "b"));
    const first = JSON.parse((await assayHere(project, "pull", "--json")).stdout) as {
      version: {id: string};
    }[];
    write((i) => (i % 10 ? "a" : "b"));
    await assayHere(project, "pull");
    const diff = await assayHere(project, "diff", "mails");
    expect(diff.stdout).toMatch(/added: 0\nremoved: 0\nchanged: 160 \(r0002, r0004/);
    const drift = await assayHere(project, "drift", "mails", "--against", first[0]!.version.id);
    expect([drift.code, drift.stdout.split("\n")[0]]).toEqual([100, expect.stringMatching(/: drifted$/)]);
    const same = await assayHere(project, "drift", "mails", "--against", "latest", "--json");
    expect([same.code, (JSON.parse(same.stdout) as {state: string}).state]).toEqual([0, "steady"]);
    const rows = await assayHere(
      project,
      "rows",
      "mails",
      "--version",
      first[0]!.version.id,
      "--where",
      "label = 'b'",
      "--limit",
      "2",
      "--json"
    );
    expect((JSON.parse(rows.stdout) as {id: string}[]).map(({id}) => id)).toEqual(["r0000", "r0002"]);
  });
});
