import {execFileSync, spawnSync} from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync
} from "node:fs";
import {createServer, type IncomingMessage, type Server, type ServerResponse} from "node:http";
import type {AddressInfo} from "node:net";
import {join} from "node:path";
import {gzipSync} from "node:zlib";
import sqlite3 from "node-sqlite3-wasm";
import pg from "pg";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {
  type DatasetDefinition,
  defineDataset,
  huggingFaceCard,
  pull
} from "../../../src/data/datasets/index.js";
import {UserError} from "../../../src/base/validation/index.js";
import {openStore, type Workspace, writeVersion} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";
import {datasetDir} from "../../support/folders.js";

const named = (source: DatasetDefinition["source"], more: object = {}) =>
  defineDataset({name: "set", source, ...more});

async function rowsOf(workspace: Workspace, columns = "*"): Promise<Record<string, unknown>[]> {
  const store = await openStore(workspace);
  try {
    return await store.rows(`select ${columns} from "set" order by row_id`);
  } finally {
    store.close();
  }
}

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const requests: IncomingMessage[] = [];
  const server: Server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  return {url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests};
}
const servers: Server[] = [];
afterAll(() => servers.forEach((server) => server.closeAllConnections()));
afterAll(() => servers.forEach((server) => server.close()));

describe("files", () => {
  it("are taken by glob, in any order of names, packed or not, to the same version", async () => {
    const workspace = await temporaryWorkspace();
    const file = (name: string, content: string | Buffer) =>
      writeFileSync(join(workspace.project, name), content);
    const parts = ['{"n": 1, "t": "a"}\n', '{"n": 2, "t": "b"}\n'];
    file("one-1.jsonl", parts[0]!);
    file("one-2.jsonl", parts[1]!);
    file("two-1.jsonl.gz", gzipSync(parts.toReversed().join("")));
    const store = await openStore(workspace);
    await store.run(
      `copy (from read_json('${workspace.project}/one-*.jsonl')) to '${workspace.project}/three.csv.zst' (format csv, header, compression zstd)`
    );
    store.close();
    const ids = [];
    for (const files of ["one-*.jsonl", ["one-2.jsonl", "one-1.jsonl"], "two-*.gz", "three.csv.zst"]) {
      const source = {
        kind: "files" as const,
        files,
        format: files === "two-*.gz" ? ("jsonl" as const) : undefined
      };
      ids.push((await pull(workspace, named(source))).version.id);
    }
    expect(new Set(ids).size).toBe(1);
    await expect(pull(workspace, named({kind: "files", files: ["none-*.csv", "no.csv"]}))).rejects.toThrow(
      /no such file: .*none-\*\.csv, .*no\.csv/
    );
  });
});

describe("a URL", () => {
  const body = Array.from({length: 20_000}, (_, i) => JSON.stringify({id: i, text: `row ${i}`})).join("\n");

  it("is fetched once while its ETag stays, and its query string is not recorded", async () => {
    const {url, requests} = await listen((request, response) => {
      if (request.headers["if-none-match"] === '"v1"') return response.writeHead(304).end();
      response.writeHead(200, {etag: '"v1"'}).end(body);
    });
    const workspace = await temporaryWorkspace();
    const definition = named({
      kind: "files",
      files: `${url}/rows.jsonl?key=secret`,
      headers: {authorization: "Bearer secret"}
    });
    const first = await pull(workspace, definition);
    const again = await pull(workspace, definition);
    expect([first.version.rows, again.changed]).toEqual([20_000, false]);
    expect(requests.map(({headers}) => headers["if-none-match"])).toEqual([undefined, '"v1"']);
    expect(requests[0]!.headers.authorization).toBe("Bearer secret");
    expect(JSON.stringify(first.version.source)).not.toContain("Bearer");
    expect(first.version.source.downloaded).toEqual([
      {url: `${url}/rows.jsonl`, bytes: body.length, etag: '"v1"'}
    ]);
  });

  it("is recorded nowhere with its password or its query, whatever reads it, and records of before lose them", async () => {
    const {url} = await listen((_, response) =>
      response.end(JSON.stringify({id: 1, messages: [{role: "user", content: "hello"}]}))
    );
    const secret = `${url.replace("//", "//joe:hunter2@")}/rows.jsonl?sig=SIGNATURE`;
    const sources: DatasetDefinition["source"][] = [
      {kind: "files", files: secret},
      {kind: "files", files: [secret, `${url}/rows.jsonl`], filename: "from"},
      {kind: "log", tool: "openai-chat", files: secret}
    ];
    for (const source of sources) {
      const workspace = await temporaryWorkspace();
      const definition = named(source);
      const {version} = await pull(workspace, definition);
      const folder = join(workspace.dir, "datasets");
      const said = () =>
        readdirSync(folder, {recursive: true, encoding: "utf8"})
          .filter((file) => file.endsWith(".json"))
          .map((file) => readFileSync(join(folder, file), "utf8"))
          .join() + huggingFaceCard(version);
      expect(said()).toContain(`${url}/rows.jsonl`);
      expect(said()).not.toMatch(/joe|hunter2|SIGNATURE/);
      expect(JSON.stringify(await rowsOf(workspace, "*"))).not.toMatch(/joe|hunter2|SIGNATURE/);
      await writeVersion(workspace, {
        ...version,
        id: "0123456789abcdef",
        source: {...version.source, files: [secret]}
      });
      expect(said()).toMatch(/SIGNATURE/);
      expect((await pull(workspace, definition)).changed).toBe(false);
      expect(said()).not.toMatch(/joe|hunter2|SIGNATURE/);
    }
  });

  it("is named without its secrets where its columns are refused", async () => {
    const {url} = await listen((_, response) => response.end('{"id": 1}'));
    const secret = `${url.replace("//", "//joe:hunter2@")}/rows.jsonl?sig=SIGNATURE`;
    const pulled = pull(await temporaryWorkspace(), named({kind: "files", files: secret, filename: "id"}));
    await expect(pulled).rejects.toThrow(/names a column that http:\/\/127.* has already/);
    await expect(pulled).rejects.not.toThrow(/joe|hunter2|SIGNATURE/);
  });

  it("sends its user and password to its own server alone, unless a header is stated", async () => {
    const other = await listen((_, response) => response.end('{"id": 2}'));
    const {url, requests} = await listen((request, response) => {
      const goesOn = {"/near.jsonl": "/rows.jsonl", "/far.jsonl": `${other.url}/rows.jsonl`}[request.url!];
      if (goesOn) return response.writeHead(302, {location: goesOn}).end();
      response.end('{"id": 1}');
    });
    const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString("base64")}`;
    const withUser = url.replace("//", "//joe:p%40ss%23w%C3%B6rd@");
    const sent = async (file: string, headers?: Record<string, string>) => {
      requests.length = 0;
      await pull(await temporaryWorkspace(), named({kind: "files", files: `${withUser}/${file}`, headers}));
      return requests.map(({headers: own}) => own.authorization);
    };
    const own = basic("joe:p@ss#wörd");
    expect(await sent("rows.jsonl")).toEqual([own]);
    expect(await sent("near.jsonl")).toEqual([own, own]);
    expect(await sent("far.jsonl")).toEqual([own]);
    expect(other.requests.map(({headers}) => headers.authorization)).toEqual([undefined]);
    expect(await sent("rows.jsonl", {Authorization: "Bearer stated"})).toEqual(["Bearer stated"]);
    expect(await sent("rows.jsonl#a@b")).toEqual([own]);
  });

  it.each(["hunter#2pw", "12#hunter2pw", "hunter2pw/x"])(
    "with the password %s unencoded is refused without it",
    async (password) => {
      const files = `http://joe:${password}@127.0.0.1:1/rows.jsonl?sig=SIGNATURE`;
      const pulled = pull(await temporaryWorkspace(), named({kind: "files", files}));
      await expect(pulled).rejects.toThrow(
        "dataset set: http://127.0.0.1:1/rows.jsonl is no http(s) address as it is written. Write its user and password percent-encoded"
      );
    }
  );

  it("goes on where it broke off, and starts again when the file is another by then", async () => {
    let etag = '"v1"';
    const {url, requests} = await listen((request, response) => {
      const begin = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
      const same = request.headers["if-range"] === etag;
      if (begin > 0 && same) {
        response.writeHead(206, {etag, "content-range": `bytes ${begin}-${body.length - 1}/${body.length}`});
        return response.end(body.slice(begin));
      }
      response.writeHead(200, {etag, "content-length": body.length});
      response.write(body.slice(0, 200_000), () => setTimeout(() => response.destroy(), 50));
      etag = requests.length === 1 ? changed : etag;
    });
    for (const after of ['"v1"', '"v2"']) {
      etag = '"v1"';
      changed = after;
      requests.length = 0;
      const workspace = await temporaryWorkspace();
      const {version} = await pull(workspace, named({kind: "files", files: `${url}/rows.jsonl`}, {id: "id"}));
      expect(version.rows).toBe(20_000);
      const ranges = requests.map(({headers}) => headers.range !== undefined);
      expect(ranges).toEqual(after === '"v1"' ? [false, true] : [false, true, true]);
      expect(new Set((await rowsOf(workspace, "text")).map(({text}) => text)).size).toBe(20_000);
    }
  });
  let changed = '"v1"';

  it("that answers with an error names the address and the status", async () => {
    const {url} = await listen((_, response) => response.writeHead(403).end("secret"));
    await expect(
      pull(await temporaryWorkspace(), named({kind: "files", files: `${url}/a.csv?sig=hidden`}))
    ).rejects.toThrow(`${url}/a.csv answered 403`);
  });
});

describe("a URL whose server is busy", () => {
  const answers = (statuses: [status: number, after?: string][]) =>
    listen((_, response) => {
      const [status, after] = statuses.shift() ?? [200];
      if (after !== undefined) response.setHeader("retry-after", after);
      response.writeHead(status).end(status === 200 ? "id\n1\n" : "busy");
    });
  const pulled = async (url: string, said: string[] = []) =>
    pull(await temporaryWorkspace(), named({kind: "files", files: `${url}/a.csv?sig=hidden`}), {
      onProgress: (message) => said.push(message)
    });

  it("is asked again after the time that it asks for", async () => {
    const said: string[] = [];
    const {url, requests} = await answers([
      [503, "0"],
      [429, "0"]
    ]);
    expect((await pulled(url, said)).version.rows).toBe(1);
    expect(requests.length).toBe(3);
    expect(said[0]).toBe(`${url}/a.csv is busy (503): asking again in 0 s`);
  });

  it("is given up when it asks for long, or answers so again and again", async () => {
    const long = await answers([[429, "7200"]]);
    await expect(pulled(long.url)).rejects.toThrow(
      `${long.url}/a.csv is busy: it answered 429 and asks to wait 7200 s. Pull again later.`
    );
    const busy = await answers(Array.from({length: 9}, () => [503, "0"]));
    await expect(pulled(busy.url)).rejects.toThrow(
      /it answered 503 5 times and asks to wait 0 s\. Pull again/
    );
    expect(busy.requests.length).toBe(5);
  });
});

it("addresses that are not read are named with what to do instead", async () => {
  for (const [file, says] of [
    ["s3://bucket/rows.parquet", /begin with s3:\/\/ are not read\..*aws s3 cp.*aws s3 presign/],
    ["gs://bucket/rows-*.csv", /begin with gs:\/\/ are not read\..*https address/],
    ["file:///tmp/rows.csv", /Write the path alone/]
  ] as const)
    await expect(pull(await temporaryWorkspace(), named({kind: "files", files: file}))).rejects.toThrow(says);
});

describe("rows of any length", () => {
  const long = "x".repeat(6 << 20);
  const rows = [
    {n: 1, text: "short"},
    {n: 2, text: long}
  ];
  const lines = rows.map((row) => JSON.stringify(row)).join("\n");

  it.each([
    ["code", {kind: "rows" as const, rows: () => rows}, ""],
    ["JSON lines", {kind: "files" as const, files: "rows.jsonl"}, lines],
    ["a list in JSON", {kind: "files" as const, files: "rows.json"}, JSON.stringify(rows)],
    ["a list over many lines", {kind: "files" as const, files: "rows.json"}, JSON.stringify(rows, null, 2)]
  ])("are read from %s", async (_name, source, text) => {
    const workspace = await temporaryWorkspace();
    if (source.kind === "files") writeFileSync(join(workspace.project, source.files), text);
    await pull(workspace, named(source, {id: "n"}));
    expect(await rowsOf(workspace, "strlen(text)::double as length")).toEqual([
      {length: 5},
      {length: long.length}
    ]);
  });
});

describe("SQLite", () => {
  it("gives the rows of a query, large numbers and missing values as they are", async () => {
    const workspace = await temporaryWorkspace();
    const database = new sqlite3.Database(join(workspace.project, "app.db"));
    database.exec("create table mails (id text, big integer, note text)");
    database.run("insert into mails values ('a', 9007199254740993, null), ('b', 5, 'ü')");
    database.close();
    const source = {kind: "sqlite" as const, file: "app.db", query: "select * from mails where id <> 'c'"};
    const {version} = await pull(workspace, named(source, {id: "id"}));
    expect(version.source).toEqual(source);
    expect(await rowsOf(workspace, "id, big::varchar as big, note")).toEqual([
      {id: "a", big: "9007199254740993", note: null},
      {id: "b", big: "5", note: "ü"}
    ]);
  });

  it("refuses two columns of one name, and says what is wrong with a query", async () => {
    const workspace = await temporaryWorkspace();
    const database = new sqlite3.Database(join(workspace.project, "app.db"));
    database.exec(
      "create table t (id integer, \"a:1\" text, a text); insert into t values (1, 'x', 'y'), (2, 'z', 'w')"
    );
    database.close();
    const reading = (query: string) => pull(workspace, named({kind: "sqlite", file: "app.db", query}));
    await expect(reading("select x.id, y.id, x.a from t x join t y on x.id = y.id + 1;")).rejects.toThrow(
      'dataset set: its query gives two columns the name "id". Rename one of them with `as`. No version was made.'
    );
    await expect(reading("select * from nope")).rejects.toThrow(
      "dataset set: its query to app.db failed: no such table: nope. No version was made."
    );
    expect((await reading('select id, "a:1" as "b:1", a from t -- all')).version.rows).toBe(2);
  });
});

describe("SQLite in WAL mode", () => {
  const source = {kind: "sqlite" as const, file: "app.db", query: "select * from t"};
  /** As other programs leave it: two bytes of its header say the mode. */
  async function writtenInWalMode() {
    const workspace = await temporaryWorkspace();
    const path = join(workspace.project, "app.db");
    const database = new sqlite3.Database(path);
    database.exec("create table t (id integer, t text); insert into t values (1, 'a'), (2, 'b')");
    database.close();
    const bytes = readFileSync(path);
    bytes.fill(2, 18, 20);
    writeFileSync(path, bytes);
    return {workspace, path, bytes};
  }

  it("is read when it was closed, and stays as it is", async () => {
    const {workspace, path, bytes} = await writtenInWalMode();
    writeFileSync(`${path}-wal`, "");
    chmodSync(path, 0o444);
    const {version} = await pull(workspace, named(source, {id: "id"}));
    expect(version.source).toEqual(source);
    expect(await rowsOf(workspace, "id, t")).toEqual([
      {id: 1, t: "a"},
      {id: 2, t: "b"}
    ]);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it("is refused while changes are beside it, with what to do", async () => {
    const {workspace, path} = await writtenInWalMode();
    writeFileSync(`${path}-wal`, Buffer.alloc(32 + 24 + 4096));
    await expect(pull(workspace, named(source))).rejects.toThrow(
      `app.db is in WAL mode, and its newest changes may be in app.db-wal. Close the programs that have it open, or make a copy with \`sqlite3 app.db "vacuum into 'copy.db'"\``
    );
  });
});

const postgres = startPostgres();
afterAll(() => postgres?.stop());

describe("a connection to PostgreSQL that cannot be read", () => {
  const refused = async (connection: string) =>
    pull(await temporaryWorkspace(), named({kind: "postgres", query: "select 1", connection})).then(
      () => "read",
      (error: Error) => `${error.name}: ${error.message} ${String(error.cause)}`
    );

  it.each([
    "postgres://ada:hunter#2pw@127.0.0.1:1/db",
    "postgres://ada:12#hunter2pw@127.0.0.1:1/db",
    "postgres://ada:12/hunter2pw@127.0.0.1:1/db",
    "postgres://ada:12?hunter2pw@127.0.0.1:1/db",
    "postgres://ada:hunter2pw%e0@127.0.0.1:1/db",
    "postgres://ada:hunter2pw@127.0.0.1:port/db"
  ])("%s is named without its password, with how to write it", async (connection) => {
    const said = await refused(connection);
    expect(said).toMatch(/^UserError: dataset set: its `connection` .*percent-encoded.*# as %23/);
    expect(said).not.toMatch(/hunter|2pw|12/);
  });

  it("a file that it names is named, and what is no part of a password is left alone", async () => {
    expect(await refused("postgres://127.0.0.1:1/db?sslrootcert=/no/file.pem")).toContain(
      "its `connection` names a file that cannot be read (ENOENT): /no/file.pem."
    );
    expect(await refused("postgres://127.0.0.1:1/db?user=ada@corp")).toContain(
      "cannot connect to PostgreSQL at 127.0.0.1:1 (ECONNREFUSED)"
    );
  });
});

describe("PostgreSQL", () => {
  it.skipIf(!postgres)(
    "is read at one moment through a cursor, whatever others write meanwhile, with its types",
    async () => {
      const connection = postgres!.connection;
      const client = new pg.Client({connectionString: connection});
      await client.connect();
      try {
        await client.query(
          `create table mails as select i as id, 'text ' || i as text, i % 2 = 0 as even, i / 4.0::float8 as score,
             timestamptz '2026-01-02 03:04:05+00' as at, (array[null, 'b'])[1 + i % 2] as note
           from generate_series(1, 12000) i`
        );
        const workspace = await temporaryWorkspace();
        // Slow enough that the table is emptied and filled again between two fetches.
        const query = `select mails.* from mails, lateral (select pg_sleep(case when id % 200 = 0 then 0.01 else 0 end)) as slow`;
        const pulling = pull(workspace, named({kind: "postgres", query, connection}, {id: "id"}));
        const reading = `select 1 from pg_stat_activity where application_name = 'assay' and query like 'fetch%'`;
        while ((await client.query(reading)).rows.length === 0);
        await client.query("delete from mails");
        await client.query(
          "insert into mails select i, 'new', true, 1, now(), null from generate_series(1, 500) i"
        );
        expect((await client.query(reading)).rows).toHaveLength(1);
        const {version} = await pulling;
        expect(version.rows).toBe(12_000);
        expect(
          await rowsOf(workspace, "text = 'text ' || id as old").then((rows) => rows.every(({old}) => old))
        ).toBe(true);
        expect(version.columns.slice(2)).toEqual([
          {name: "id", type: "INTEGER"},
          {name: "text", type: "VARCHAR"},
          {name: "even", type: "BOOLEAN"},
          {name: "score", type: "DOUBLE"},
          {name: "at", type: "TIMESTAMP WITH TIME ZONE"},
          {name: "note", type: "VARCHAR"}
        ]);
        expect(version.source).toMatchObject({
          kind: "postgres",
          snapshot: expect.stringMatching(/^\d+:\d+:/)
        });
        expect(JSON.stringify(version.source)).not.toContain("hush");
      } finally {
        await client.end();
      }
    },
    60_000
  );

  it.skipIf(!postgres)(
    "refuses two columns of one name, and says what is wrong with a query in the server's words",
    async () => {
      const {connection} = postgres!;
      const workspace = await temporaryWorkspace();
      const reading = (query: string) =>
        pull(workspace, named({kind: "postgres", query, connection})).catch((error: Error) => error);
      const where = /PostgreSQL at 127\.0\.0\.1:\d+/.source;
      for (const [query, message] of [
        ["select 1 as id, 2 as id", /^dataset set: its query gives two columns the name "id"\./],
        ['select 1 as id, 2 as "ID"', /^dataset set: its query gives two columns the name "ID"\./],
        ["select * from nope", `failed: relation "nope" does not exist. No version was made.`],
        [
          "select 1 / (i - 2) as v from generate_series(1, 3) i",
          "failed: division by zero. No version was made."
        ]
      ] as const) {
        const error = (await reading(query)) as Error;
        expect(error).toBeInstanceOf(UserError);
        expect(error.message).toMatch(
          typeof message === "string"
            ? new RegExp(`^dataset set: its query to ${where} ${message}$`)
            : message
        );
      }
    }
  );

  it("that cannot be reached is an error without its password", async () => {
    const source = {
      kind: "postgres" as const,
      query: "select 1",
      connection: "postgres://me:hush@127.0.0.1:1/db"
    };
    await expect(pull(await temporaryWorkspace(), named(source))).rejects.toThrow(
      /^(?!.*hush).*cannot connect to PostgreSQL at 127\.0\.0\.1:1/
    );
  });
});

/** A PostgreSQL of its own on a socket and a loopback port, or undefined with the reason printed. */
function startPostgres(): {connection: string; stop(): void} | undefined {
  try {
    const versions = existsSync("/usr/lib/postgresql") ? readdirSync("/usr/lib/postgresql") : [];
    const bin = versions.length > 0 ? `/usr/lib/postgresql/${versions.at(-1)}/bin/` : "";
    if (spawnSync(`${bin}initdb`, ["--version"]).status !== 0) throw new Error("initdb is not installed");
    const folder = mkdtempSync("/tmp/assay-postgres-");
    const root = process.getuid?.() === 0;
    // PostgreSQL refuses to run as root; the account that Debian's package makes is used then.
    const account = (flag: string) => Number(execFileSync("id", [flag, "postgres"]).toString());
    const as = root ? {uid: account("-u"), gid: account("-g")} : {};
    if (root) chownSync(folder, as.uid!, as.gid!);
    const run = (command: string, ...words: string[]) =>
      execFileSync(bin + command, words, {...as, stdio: "pipe", env: {PATH: process.env.PATH, LC_ALL: "C"}});
    const port = 20_000 + (process.pid % 20_000);
    writeFileSync(join(folder, "password"), "hush\n");
    const data = join(folder, "data");
    run("initdb", "-D", data, "-U", "me", "-A", "scram-sha-256", `--pwfile=${folder}/password`);
    const options = `-c listen_addresses=127.0.0.1 -c port=${port} -c unix_socket_directories= -c fsync=off`;
    run("pg_ctl", "-D", data, "-w", "-o", options, "-l", join(folder, "log"), "start");
    return {
      connection: `postgres://me:hush@127.0.0.1:${port}/postgres`,
      stop() {
        run("pg_ctl", "-D", data, "-m", "immediate", "stop");
        rmSync(folder, {recursive: true, force: true});
      }
    };
  } catch (cause) {
    if (process.env.CI === "true") throw new Error("no PostgreSQL to test with", {cause});
    console.warn(`skipped: no PostgreSQL to test with (${(cause as Error).message.split("\n")[0]}).`);
    return undefined;
  }
}

it("what a function of rows throws is told without the password of an address", async () => {
  const rows = () => {
    throw new Error("cannot read http://user:rowsPW77@127.0.0.1/x");
  };
  const pulled = pull(await temporaryWorkspace(), named({kind: "rows", rows}));
  await expect(pulled).rejects.toThrow("could not be read: cannot read http://127.0.0.1/x. No version");
});

describe("a Hugging Face dataset", () => {
  const sha = "0123456789abcdef0123456789abcdef01234567";
  const files: Record<string, string> = {
    "README.md": "# card",
    "data/train-0.jsonl": '{"n": 1}\n{"n": 2}\n',
    "data/test-0.jsonl": '{"n": 3}\n'
  };
  let hub: Awaited<ReturnType<typeof listen>>;
  beforeAll(async () => {
    hub = await listen((request, response) => {
      const {pathname} = new URL(request.url!, "http://hub");
      const json = (value: unknown) =>
        response.writeHead(200, {"content-type": "application/json"}).end(JSON.stringify(value));
      if (request.headers.authorization !== "Bearer hf_test") return response.writeHead(401).end();
      if (/^\/api\/datasets\/team\/mails\/revision\/v1$/.test(pathname))
        return json({
          _id: "1",
          id: "team/mails",
          sha,
          downloads: 0,
          likes: 0,
          private: true,
          gated: false,
          lastModified: "2026-01-01"
        });
      if (pathname.startsWith(`/api/datasets/team/mails/tree/${sha}`))
        return json(
          Object.entries(files).map(([path, text]) => ({type: "file", path, size: text.length, oid: path}))
        );
      const path = new RegExp(`^/datasets/team/mails/resolve/${sha}/(.+)$`).exec(pathname)?.[1];
      const text = path && files[decodeURIComponent(path)];
      if (!text) return response.writeHead(404).end();
      const headers = {etag: `"${path}"`, "x-repo-commit": sha};
      const range = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? "");
      if (!range) return response.writeHead(200, {...headers, "content-length": text.length}).end(text);
      const end = Math.min(range[2] ? Number(range[2]) : text.length - 1, text.length - 1);
      response.writeHead(206, {...headers, "content-range": `bytes ${range[1]}-${end}/${text.length}`});
      response.end(text.slice(Number(range[1]), end + 1));
    });
    process.env.HF_TOKEN = "hf_test";
  });
  afterAll(() => {
    delete process.env.HF_TOKEN;
  });
  const source = (more: object) =>
    named({kind: "huggingface", repo: "team/mails", revision: "v1", hubUrl: hub.url, ...more});

  it("is read by repo and revision, the commit recorded, and its files are fetched once", async () => {
    const workspace = await temporaryWorkspace();
    const {version} = await pull(workspace, source({files: "data/*.jsonl"}));
    expect(version.rows).toBe(3);
    expect(version.source).toMatchObject({
      kind: "huggingface",
      repo: "team/mails",
      revision: "v1",
      commit: sha,
      files: ["data/test-0.jsonl", "data/train-0.jsonl"]
    });
    const fetches = () => hub.requests.filter(({url}) => url!.includes("/resolve/")).length;
    const before = fetches();
    await pull(workspace, source({files: "data/*.jsonl"}));
    expect(fetches()).toBe(before);
    expect(
      readFileSync(join(datasetDir(workspace, "set", version.id), "manifest.json"), "utf8")
    ).not.toContain("hf_test");
  });

  it("says which files are not there, and what a refusal may mean", async () => {
    const workspace = await temporaryWorkspace();
    await expect(pull(workspace, source({}))).rejects.toThrow(/has no file \*\*\/\*\.parquet/);
    delete process.env.HF_TOKEN;
    await expect(pull(workspace, source({files: "data/*.jsonl"}))).rejects.toThrow(/HF_TOKEN/);
    process.env.HF_TOKEN = "hf_test";
  });

  it.each(["http://user:hubPW77@127.0.0.1:5700", "https://hubPW77@hub.example.org", "hub.example.org"])(
    "is refused on a hub whose address is %s, without showing it",
    (hubUrl) => {
      const defined = () => source({hubUrl});
      expect(defined).toThrow(
        /hubUrl` must be an http or https address without a user and a password .*HF_TOKEN/
      );
      expect(defined).not.toThrow(/hubPW77/);
    }
  );
});

describe("append", () => {
  const append = (rows: object[], more: object = {}) =>
    named({kind: "rows", rows: () => rows}, {append: true, ...more});

  it("adds to the version before; a row that comes again replaces its former state", async () => {
    const workspace = await temporaryWorkspace();
    await pull(
      workspace,
      append(
        [
          {id: "a", n: 1},
          {id: "b", n: 1}
        ],
        {id: "id"}
      )
    );
    const {version} = await pull(
      workspace,
      append(
        [
          {id: "b", n: 2},
          {id: "c", n: 2}
        ],
        {id: "id"}
      )
    );
    expect(version.changes).toEqual({added: 1, removed: 0, changed: 1});
    expect(await rowsOf(workspace, "id, n")).toEqual([
      {id: "a", n: 1},
      {id: "b", n: 2},
      {id: "c", n: 2}
    ]);
    expect((await pull(workspace, append([{id: "c", n: 2}], {id: "id"}))).changed).toBe(false);
  });

  it("takes equal rows without an id for the same row, and new columns with nothing in older rows", async () => {
    const workspace = await temporaryWorkspace();
    await pull(workspace, append([{n: 1}]));
    const {version} = await pull(workspace, append([{n: 1}, {n: 2}]));
    expect(version.rows).toBe(2);
    await pull(workspace, append([{n: 3, m: "x"}]));
    const rows = await rowsOf(workspace, "n, m");
    expect(rows).toHaveLength(3);
    expect(
      rows
        .filter(({m}) => m === null)
        .map(({n}) => n)
        .sort()
    ).toEqual([1, 2]);
  });
});

describe("append, where the two pulls differ,", () => {
  /** The rows of a version after pulling these one after another. */
  async function afterPulls(pulls: object[][], more: object = {}, columns = "* exclude (row_id, row_hash)") {
    const workspace = await temporaryWorkspace();
    const versions = [];
    for (const rows of pulls)
      versions.push(await pull(workspace, named({kind: "rows", rows: () => rows}, {append: true, ...more})));
    return {rows: await rowsOf(workspace, columns), versions};
  }

  it("reads a column that had no value as what comes", async () => {
    const pulls = [[{id: 1, a: null, b: 5}], [{id: 2, a: "hello", b: null}], [{id: 3, a: null, b: 7}]];
    const {rows, versions} = await afterPulls(pulls, {id: "id"});
    expect(rows).toEqual(pulls.flat());
    expect(versions.at(-1)!.version.columns.slice(2)).toEqual([
      {name: "id", type: "BIGINT"},
      {name: "a", type: "VARCHAR"},
      {name: "b", type: "BIGINT"}
    ]);
    expect(versions.at(-1)!.version.changes).toEqual({added: 1, removed: 0, changed: 0});
  });

  it("has texts where JSON held numbers and texts alone", async () => {
    const workspace = await temporaryWorkspace();
    const pulled = (rows: object[], more: object = {}) =>
      pull(workspace, named({kind: "rows", rows: () => rows}, {append: true, id: "id", ...more}));
    const values = ["billing", 404, true, null];
    await pulled(
      values.map((v, id) => ({id, v})),
      {
        sql: "select id, case id when 1 then '404' when 2 then 'true' else to_json(v) end::json as v from source"
      }
    );
    const {version} = await pulled([{id: 4, v: 500}]);
    expect(version.columns.at(-1)).toEqual({name: "v", type: "VARCHAR"});
    expect((await rowsOf(workspace, "v")).map(({v}) => v)).toEqual(["billing", "404", "true", null, "500"]);
  });

  it("keeps values of all types as they were", async () => {
    const pulls = [
      [{id: 1, v: "hello", at: "2026-01-02T03:04:05.000Z", yes: true}],
      [{id: 2, v: {b: 1}, at: "later", yes: 2}],
      [{id: 3, v: [1, "x"], at: null, yes: "no"}]
    ];
    const {rows, versions} = await afterPulls(
      pulls,
      {id: "id"},
      "id, v::json->>'$' as v, \"at\", yes::varchar as yes"
    );
    expect(rows).toEqual([
      {id: 1, v: "hello", at: "2026-01-02T03:04:05.000Z", yes: "true"},
      {id: 2, v: '{"b":1}', at: "later", yes: "2"},
      {id: 3, v: '[1,"x"]', at: null, yes: "no"}
    ]);
    expect(versions.at(-1)!.changed).toBe(true);
  });

  it("knows an id again that is now read beside texts or fractions", async () => {
    const texts = [
      [
        {id: 1, t: "x"},
        {id: 2, t: "y"}
      ],
      [
        {id: 1, t: "x2"},
        {id: "a", t: "z"}
      ]
    ];
    expect((await afterPulls(texts, {id: "id"}, "row_id, t")).rows).toEqual([
      {row_id: "1", t: "x2"},
      {row_id: "2", t: "y"},
      {row_id: "a", t: "z"}
    ]);
    const fractions = [
      [
        {id: 3, t: "x"},
        {id: 4, t: "y"}
      ],
      [
        {id: 3.5, t: "z"},
        {id: 4, t: "y2"}
      ]
    ];
    expect((await afterPulls(fractions, {id: "id"}, "id, t")).rows).toEqual([
      {id: 3, t: "x"},
      {id: 3.5, t: "z"},
      {id: 4, t: "y2"}
    ]);
  });

  it("keeps as many equal rows without an id as one pull has", async () => {
    const [a, b] = [{t: "a"}, {t: "b"}];
    const {rows, versions} = await afterPulls(
      [
        [a, a, b],
        [b, a, a],
        [a, b, b]
      ],
      {},
      "t"
    );
    expect(versions.map(({version, changed}) => [version.rows, changed])).toEqual([
      [3, true],
      [3, false],
      [4, true]
    ]);
    expect(rows.map(({t}) => t).sort()).toEqual(["a", "a", "b", "b"]);
  });

  it("carries along what filters dropped, for a filter that keeps more", async () => {
    const workspace = await temporaryWorkspace();
    const pulled = async (rows: object[], least: number) =>
      (
        await pull(
          workspace,
          named(
            {kind: "rows", rows: () => rows},
            {append: true, id: "id", filters: {long: `length(t) >= ${least}`}}
          )
        )
      ).version;
    await pulled(
      [
        {id: 1, t: "a"},
        {id: 2, t: "bbb"}
      ],
      2
    );
    expect(
      await pulled(
        [
          {id: 3, t: "ccc"},
          {id: 4, t: "d"}
        ],
        2
      )
    ).toMatchObject({rows: 2, rejected: 2});
    expect(await pulled([{id: 4, t: "dddd"}], 1)).toMatchObject({rows: 4, rejected: 0});
    expect(await rowsOf(workspace, "id, t")).toEqual([
      {id: 1, t: "a"},
      {id: 2, t: "bbb"},
      {id: 3, t: "ccc"},
      {id: 4, t: "dddd"}
    ]);
  });
});

describe("filename", () => {
  const files = (workspace: Workspace) => {
    writeFileSync(join(workspace.project, "north.csv"), "id,n\n1,10\n2,20\n");
    writeFileSync(join(workspace.project, "south.csv"), "id,n,more\n3,30,x\n");
  };

  it("tells every row which file it comes from, packed, damaged or with other columns", async () => {
    const workspace = await temporaryWorkspace();
    files(workspace);
    writeFileSync(join(workspace.project, "west.csv"), "id,n\n4,40\n5,50,60\n");
    await pull(
      workspace,
      named({kind: "files", files: ["*th.csv", "west.csv"], filename: "file"}, {id: "id"}),
      {skipBad: true}
    );
    expect(await rowsOf(workspace, "id::int as id, file, n::int as n")).toEqual([
      {id: 1, file: "north.csv", n: 10},
      {id: 2, file: "north.csv", n: 20},
      {id: 3, file: "south.csv", n: 30},
      {id: 4, file: "west.csv", n: 40}
    ]);
  });

  it.each([
    [
      "csv",
      "id,large,flag,day,number,word\n1,9007199254740993,true,2026-01-02,7,a\n",
      "id,large,flag,day,number,more\n2,1.5,1,2026-01-02T03:04:05.000Z,,x\n"
    ],
    [
      "jsonl",
      `{"id": 1, "large": 9007199254740993, "flag": true, "day": "2026-01-02", "number": 7, "word": {"n": 9007199254740993}}\n`,
      `{"id": 2, "large": 1.5, "flag": 1, "day": "some day", "word": {"n": 1.5}, "more": "x"}\n`
    ]
  ])(
    "gives columns of %s the types that they have without it, where another file has other values",
    async (format, ...texts) => {
      const read = async (more: object) => {
        const workspace = await temporaryWorkspace();
        for (const [i, text] of texts.entries())
          writeFileSync(join(workspace.project, `${i}.${format}`), text);
        const source = {kind: "files" as const, files: `*.${format}`, ...more};
        const {version} = await pull(workspace, named(source, {id: "id"}));
        const types = version.columns.map(({name, type}) => `${name} ${type}`);
        return {types, rows: await rowsOf(workspace, "*")};
      };
      const without = await read({});
      const {types, rows} = await read({filename: "file"});
      expect(types.filter((one) => !one.startsWith("file "))).toEqual(without.types);
      const values = (all: Record<string, unknown>[]) =>
        all.map((row) => Object.entries(row).filter(([name]) => !["file", "row_hash"].includes(name)));
      expect(values(rows)).toEqual(values(without.rows));
      expect(rows[0]).toMatchObject({large: "9007199254740993", flag: "true", day: "2026-01-02", number: 7});
    }
  );

  it("refuses the name of a column that a file has", async () => {
    const workspace = await temporaryWorkspace();
    files(workspace);
    await expect(pull(workspace, named({kind: "files", files: "*.csv", filename: "N"}))).rejects.toThrow(
      /`filename: "N"` names a column that north\.csv has already/
    );
  });
});
