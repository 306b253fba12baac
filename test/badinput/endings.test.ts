// @module-tag long
import {mkdirSync, readdirSync, rmSync, writeFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {describe, expect, it, vi} from "vitest";
import {plainError} from "../../src/cli/terminal/fail.js";
import {pull} from "../../src/data/datasets/index.js";
import {assertions, instructionFollowing, regexMatch} from "../../src/evals/scorers/index.js";
import {parseJsonOutput} from "../../src/evals/scorers/parseJsonOutput.js";
import type {ScoreInput} from "../../src/evals/scorers/types.js";
import {UserError} from "../../src/base/validation/index.js";
import {openStore, openWorkspace, plainSql} from "../../src/base/store/index.js";
import {temporaryWorkspace} from "../support/temporaryWorkspace.js";
import {expectClear, refusalOfPromise} from "./support.js";

describe("what would never end", () => {
  const locks: [what: string, content: string][] = [
    ["an empty lock", ""],
    ["a torn lock", '{"pid": 1'],
    ["a lock of zeros", "\0\0\0\0"],
    ["a lock that is a list", "[]"],
    ["a lock that is null", "null"],
    ["a lock whose process is a text", '{"pid":"1"}'],
    ["a lock of a process that is gone", '{"pid":2147483646,"what":"x","since":"y"}']
  ];
  it.each(locks)("is taken over: %s", async (_what, content) => {
    const workspace = await temporaryWorkspace();
    const path = join(workspace.dir, "locks", "pull-a.json");
    mkdirSync(dirname(path), {recursive: true});
    writeFileSync(path, content);
    await expect(workspace.lease("pull-a", {what: "a test"}, () => Promise.resolve(7))).resolves.toBe(7);
  });

  it("is refused: a lock that is a folder", async () => {
    const workspace = await temporaryWorkspace();
    mkdirSync(join(workspace.dir, "locks", "pull-a.json", "x"), {recursive: true});
    const thrown = await workspace
      .lease("pull-a", {what: "a test"}, () => Promise.resolve(7))
      .then(
        () => undefined,
        (error: unknown) => error
      );
    expectClear(await plainError(thrown), "pull-a.json");
  });

  const output = `${"a".repeat(40)}!`;
  const input = (expected: unknown) => ({output, expected}) as ScoreInput;
  it("is given up after a second: a pattern", async () => {
    expect(await regexMatch(/(a*)*b/, {capture: 1})(input("a"))).toEqual({
      failed: expect.stringContaining("took longer than 1 s") as string
    });
  });

  it("is given up after a second: a pattern that the row expects", async () => {
    expect(await regexMatch()(input("(a+)+$"))).toEqual({
      failed: expect.stringContaining("took longer") as string
    });
  });

  it("is given up after a second: a pattern that an assertion of the row states", async () => {
    const row = {assert: [{type: "regex", value: "(a+)+$"}]};
    expect(await assertions()({output, row} as unknown as ScoreInput)).toEqual({
      failed: expect.stringContaining("took longer") as string
    });
  });

  it("is given up after a second: a pattern that an instruction states as its keyword", async () => {
    const expected = {
      instruction_id_list: ["keywords:existence"],
      kwargs: [{keywords: ["(a+)+$"]}]
    };
    expect(await instructionFollowing({compatible: true})(input(expected))).toEqual({
      failed: expect.stringContaining("took longer") as string
    });
  });

  it("is no JSON: 20,000 levels, and text without an end", () => {
    expect(parseJsonOutput("[".repeat(20_000) + "]".repeat(20_000))).toBeUndefined();
    expect(parseJsonOutput('{"a":'.repeat(20_000))).toBeUndefined();
    expect(parseJsonOutput('{"a": "[[[[" }')).toEqual({value: {a: "[[[["}});
    expect(parseJsonOutput("[".repeat(400) + "]".repeat(400))).toBeDefined();
  });
});

const edits: [what: string, path: RegExp, content: string | undefined, says: RegExp][] = [
  [
    "a manifest that is a list",
    /[0-9a-f]{16}\/manifest\.json$/,
    "[]",
    /manifest\.json does not say what it is/
  ],
  [
    "a manifest without a schema",
    /[0-9a-f]{16}\/manifest\.json$/,
    '{"kind":"version"}',
    /manifest\.json is a version of no schema/
  ],
  [
    "a manifest of a newer schema",
    /[0-9a-f]{16}\/manifest\.json$/,
    '{"kind":"version","schemaVersion":9}',
    /schema 9/
  ],
  ["a torn manifest", /[0-9a-f]{16}\/manifest\.json$/, '{"kind":', /manifest\.json is not valid JSON/],
  ["a torn pointer to the newest", /latest\.json$/, "{", /latest\.json is not valid JSON/],
  ["rows that are no Parquet", /rows\.parquet$/, "x", /rows\.parquet is missing or damaged/],
  ["rows that are gone", /rows\.parquet$/, undefined, /rows\.parquet is missing or damaged/],
  ["a store without a schema", /workspace\.json$/, "{}", /no store schema/]
];

describe("a store that somebody edited", () => {
  it.each(edits)("is named by its file: %s", async (_what, path, content, says) => {
    const workspace = await temporaryWorkspace();
    await pull(workspace, {name: "d", source: {kind: "rows", rows: () => [{a: 1}]}});
    const file = readdirSync(workspace.dir, {recursive: true, encoding: "utf8"}).find((one) =>
      path.test(one)
    )!;
    if (content === undefined) rmSync(join(workspace.dir, file));
    else writeFileSync(join(workspace.dir, file), content);
    const thrown = await readAll(workspace.project).then(
      () => undefined,
      (error: unknown) => error
    );
    expectClear(await plainError(thrown), says);
  });
});

async function readAll(project: string): Promise<void> {
  const store = await openStore(await openWorkspace(project, ".assay"));
  try {
    await store.rows("select * from d");
  } finally {
    store.close();
  }
}

describe("what the program says of errors that are not for it", () => {
  const system = (code: string, more: object = {}) =>
    Object.assign(new Error(`${code}: something, open '/a/b'`), {
      code,
      syscall: "open",
      path: "/a/b",
      ...more
    });
  it.each([
    "EISDIR",
    "EEXIST",
    "ENOTDIR",
    "ELOOP",
    "ENAMETOOLONG",
    "ENOENT",
    "ENOTEMPTY",
    "EACCES",
    "EPERM",
    "EROFS",
    "ENOSPC",
    "EDQUOT",
    "EFBIG",
    "EMFILE"
  ])("%s is said in words, with the place", async (code) => {
    const message = await plainError(system(code));
    expectClear(message, "/a/b");
    expect(message).not.toContain(code);
  });

  it.each([
    ['IO Error: Could not write file "/a/b": No space left on device', /^\/a\/b: The disk is full/],
    ['IO Error: Could not write file "/a/b": Disk quota exceeded', /^\/a\/b: Your share of the disk/],
    ['IO Error: Could not write file "/a/b": File too large', /^\/a\/b: .*ulimit -f/],
    ['IO Error: Cannot open file "/a/b": Permission denied', /^\/a\/b: You may not read or write there/]
  ])("DuckDB's word of the same is, too: %s", async (message, said) => {
    expect(await plainError(new Error(message))).toMatch(said);
  });

  it("another store is named where the store's own place is refused, and only there", async () => {
    for (const code of ["EACCES", "EPERM", "EROFS"]) {
      expect(await plainError(system(code))).not.toContain("ASSAY_DIR");
      expect(await plainError(system(code, {path: "/p/.assay/runs"}))).toContain("ASSAY_DIR");
      vi.stubEnv("ASSAY_DIR", "/a");
      expect(await plainError(system(code))).toContain("ASSAY_DIR");
      vi.unstubAllEnvs();
    }
  });

  const internal: [what: string, error: unknown][] = [
    [
      "a folder that is gone",
      Object.assign(new Error("ENOENT: process.cwd failed, uv_cwd"), {code: "ENOENT", syscall: "uv_cwd"})
    ],
    ["a TypeError", Object.assign(new TypeError("rules.find is not a function"), {stack: "of the engine"})],
    ["a RangeError", new RangeError("Maximum call stack size exceeded")],
    ["a null", null],
    ["nothing", undefined],
    ["an object", {a: 1}],
    [
      "DuckDB's binder",
      new Error(
        'Binder Error: Referenced column "x" not found in FROM clause!\nCandidate bindings: "y"\n\nLINE 1: select x'
      )
    ],
    ["DuckDB's catalog", new Error("Catalog Error: Table with name t does not exist!\nDid you mean u?")],
    ["DuckDB's file system", new Error('IO Error: Cannot open file "/a": No such file or directory')],
    ["DuckDB's inside", new Error("INTERNAL Error: Information loss\n\nStack Trace:\n\n/lib/x.so(+0x5b)")]
  ];
  it.each(internal)("%s is said in words", async (_what, error) => {
    expectClear(await plainError(error));
  });

  it("what is meant for a person is said as it is", async () => {
    expect(await plainError(new UserError("dataset a: it is empty."))).toBe("dataset a: it is empty.");
  });

  it.each(["ENOTFOUND", "EAI_AGAIN"])("a host that is none is named: %s", async (code) => {
    const error = Object.assign(new Error(`getaddrinfo ${code} 256.0.0.1`), {
      code,
      syscall: "getaddrinfo",
      hostname: "256.0.0.1"
    });
    expectClear(await plainError(error), "256.0.0.1", /host/);
  });

  it("a taken port is named", async () => {
    expectClear(
      await plainError(
        Object.assign(new Error("listen"), {code: "EADDRINUSE", syscall: "listen", port: 8080})
      ),
      "port 8080"
    );
  });

  it.each([
    [
      'Invalid Input Error: Malformed JSON in file "a", at byte 1\n\nLINE 1: select',
      /^Malformed JSON in file "a", at byte 1$/
    ],
    ['Parser Error: syntax error at or near "selec"\n\nLINE 1: selec', /^syntax error at or near "selec"$/],
    [
      "Conversion Error: Could not convert string 'x' to INT32\nLINE 1: x",
      /^Could not convert string 'x' to INT32$/
    ]
  ])("a query's mistake loses the words of the engine: %s", (message, plain) => {
    expect(plainSql(message)).toMatch(plain);
  });

  it("a store inside the lock of another is named", async () => {
    const workspace = await temporaryWorkspace();
    const message = await workspace.lease("a", {what: "a pull of a"}, () =>
      refusalOfPromise(workspace.lease("a", {what: "another"}, () => Promise.resolve(1)))
    );
    expectClear(message, "a pull of a");
  });
});
