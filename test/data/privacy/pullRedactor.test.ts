import {existsSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {createServer} from "node:http";
import type {AddressInfo} from "node:net";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {type DatasetDefinition, defineDataset, type Privacy, pull} from "../../../src/data/datasets/index.js";
import {
  acceptFindings,
  ensureLedger,
  ledgerSummary,
  type LedgerEntry,
  pseudonym,
  pullRedactor,
  refusedRows
} from "../../../src/data/privacy/index.js";
import {openStore, type Workspace} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";
import {datasetDir} from "../../support/folders.js";

const env = {ASSAY_PSEUDONYM_KEY: "a key of more than sixteen bytes"};
const key = Buffer.from(env.ASSAY_PSEUDONYM_KEY);
const rows = [
  {id: "1", sender: "ada@example.org", body: "Call (415) 555-0132 or write to Ada@example.org", n: 1.5},
  {id: "2", sender: "bob@example.org", body: "My card is 4111 1111 1111 1111", n: 2.5},
  {id: "3", sender: "ada@example.org", body: "Nothing here", n: 3.5}
];
const actions: Privacy["actions"] = {email: "pseudonym", phone: "replace", card: "mask"};
const mails = (more: Partial<DatasetDefinition> = {}) =>
  defineDataset({
    name: "mails",
    id: "id",
    source: {kind: "rows", rows: () => rows},
    privacy: {actions},
    ...more
  });

const pullMails = (workspace: Workspace, definition = mails(), variables: Record<string, string> = env) =>
  pull(workspace, definition, {redactor: pullRedactor(definition, {env: variables})});

async function stored<T extends object>(workspace: Workspace, query = "select * from mails order by row_id") {
  const store = await openStore(workspace);
  try {
    return await store.rows<T>(query);
  } finally {
    store.close();
  }
}

/** Every byte of a folder's files; Parquet is read as its values, since its pages are packed. */
async function everything(workspace: Workspace): Promise<string> {
  const files = readdirSync(workspace.dir, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const texts = files.map((file) => readFileSync(file, "latin1"));
  for (const file of files.filter((name) => name.endsWith(".parquet")))
    texts.push(JSON.stringify(await stored(workspace, `select * from read_parquet('${file}')`)));
  return texts.join("\n");
}

describe("a pull of a dataset with privacy rules", () => {
  it("stores what the actions leave, and nothing of the originals or the key in any file of the store", async () => {
    const workspace = await temporaryWorkspace();
    const ada = `<EMAIL_ADDRESS:${pseudonym("EMAIL_ADDRESS", "ada@example.org", key)}>`;
    await pullMails(workspace, mails({filters: {"has a card": "body not like '%card%'"}}));
    expect(await stored(workspace)).toMatchObject([
      {row_id: "1", sender: ada, body: `Call <PHONE_NUMBER> or write to ${ada}`, n: 1.5},
      {row_id: "3", sender: ada, body: "Nothing here", n: 3.5}
    ]);
    const all = await everything(workspace);
    expect(all).toContain("My card is **** **** **** ****");
    expect(all).not.toMatch(/ada@|bob@|555-0132|4111|sixteen bytes/i);
    expect(all).not.toContain("assay_findings");
  });

  it("keeps a ledger of what was found, where, by which rule, how sure, and what was done", async () => {
    const workspace = await temporaryWorkspace();
    const {version} = await pullMails(workspace);
    const store = await openStore(workspace);
    const summary = (await ledgerSummary(store, version))!;
    expect(summary).toMatchObject({
      redacted: true,
      rows: 3,
      rowsWithFindings: 3,
      findings: 6,
      columns: ["id", "sender", "body", "n"],
      policy: {default: "keep"},
      keyCheck: expect.stringMatching(/^[0-9a-f]{8}$/) as string
    });
    const entries = await store.rows<LedgerEntry>(
      `select row_id, "column", type, start, "end", rule, score, action, preview from ledger where row_id = '1'`
    );
    expect(entries).toEqual([
      {
        row_id: "1",
        column: "body",
        type: "PHONE_NUMBER",
        start: 5,
        end: 19,
        rule: "phone/valid-US+context",
        score: 0.75,
        action: "replace",
        preview: "(***) ***-****"
      },
      {
        row_id: "1",
        column: "body",
        type: "EMAIL_ADDRESS",
        start: 32,
        end: 47,
        rule: "email/tld",
        score: 1,
        action: "pseudonym",
        preview: "***@*******.***"
      },
      {
        row_id: "1",
        column: "sender",
        type: "EMAIL_ADDRESS",
        start: 0,
        end: 15,
        rule: "email/tld",
        score: 1,
        action: "pseudonym",
        preview: "***@*******.***"
      }
    ]);
    expect((await ensureLedger(store, version)).scanned).toBe(false);
    store.close();
  });

  it("gives a value the same pseudonym in every row and version, so that joins and groups still work", async () => {
    const workspace = await temporaryWorkspace();
    await pullMails(workspace);
    const before = await stored<{sender: string}>(workspace);
    const later = [...rows, {id: "4", sender: "ADA@example.org", body: "again", n: 4}];
    await pullMails(workspace, mails({source: {kind: "rows", rows: () => later}}));
    const after = await stored<{sender: string; row_id: string}>(workspace);
    expect(after[3]!.sender).toBe(before[0]!.sender);
    expect(before[0]!.sender).toBe(before[2]!.sender);
    expect(before[0]!.sender).not.toBe(before[1]!.sender);
  });

  it("makes nothing new of the same source, rules and key, in whatever order it arrives", async () => {
    const workspace = await temporaryWorkspace();
    const first = await pullMails(workspace);
    const folder = datasetDir(workspace, "mails", first.version.id);
    const ledger = readFileSync(join(folder, "ledger.json"), "utf8");
    const again = await pullMails(
      workspace,
      mails({source: {kind: "rows", rows: () => [...rows].reverse()}})
    );
    expect(again.changed).toBe(false);
    expect(again.version).toEqual(first.version);
    expect(readFileSync(join(folder, "ledger.json"), "utf8")).toBe(ledger);
  });

  it("makes a version when only an action or only the key changes, also of a source that need not be read", async () => {
    const workspace = await temporaryWorkspace();
    let reads = 0;
    const definition = (more: Privacy["actions"] = {}) =>
      mails({
        source: {kind: "rows", rows: () => (reads++, rows), fingerprint: () => "same"},
        privacy: {actions: {...actions, ...more}}
      });
    const first = await pullMails(workspace, definition());
    expect((await pullMails(workspace, definition())).changed).toBe(false);
    expect(reads).toBe(1);
    const other = await pullMails(workspace, definition(), {
      ASSAY_PSEUDONYM_KEY: "another key of sixteen bytes"
    });
    expect(other.changed).toBe(true);
    expect(other.version.id).not.toBe(first.version.id);
    const masked = await pullMails(workspace, definition({email: "mask"}));
    expect(masked.changed).toBe(true);
    expect(new Set([first, other, masked].map(({version}) => version.sha256)).size).toBe(3);
    expect(reads).toBe(3);
  });

  it("looks into lists, structures and JSON text by text, and leaves the rest as it was written", async () => {
    const workspace = await temporaryWorkspace();
    const nested = [
      {
        id: "1",
        messages: [
          {role: "user", content: 'I am "ada@example.org"\nand\tyou?'},
          {role: "assistant", content: "Hello"}
        ],
        packed: '{"to": "bob@example.org",  "n": 1.0, "card": 4111111111111111, "ada@example.org": true}',
        tags: ["x", "bob@example.org"]
      },
      {id: "2", messages: [{role: "user", content: "hi"}], packed: "no json: {ada@example.org", tags: []}
    ];
    const definition = mails({
      source: {kind: "rows", rows: () => nested},
      privacy: {actions: {default: "replace"}}
    });
    const {version} = await pullMails(workspace, definition);
    const [one, two] = await stored<{
      messages: {role: string; content: string}[];
      packed: string;
      tags: string[];
    }>(workspace);
    expect(one!.messages).toEqual([
      {role: "user", content: 'I am "<EMAIL_ADDRESS>"\nand\tyou?'},
      {role: "assistant", content: "Hello"}
    ]);
    expect(one!.packed).toBe(
      '{"to": "<EMAIL_ADDRESS>",  "n": 1.0, "card": "<CREDIT_CARD>", "<EMAIL_ADDRESS>": true}'
    );
    expect(one!.tags).toEqual(["x", "<EMAIL_ADDRESS>"]);
    expect(two!.packed).toBe("no json: {<EMAIL_ADDRESS>");
    const paths = await stored<{place: string}>(
      workspace,
      `select "column" || coalesce(' ' || path, '') as place from ledger where version = '${version.id}' order by row_id, place`
    );
    expect(paths.map(({place}) => place)).toEqual([
      "messages $[0].content",
      "packed $.*",
      "packed $.card",
      "packed $.to",
      "tags $[1]",
      "packed"
    ]);
  });

  it("stops before a type that cannot hold what would stand there, and says what to do", async () => {
    const workspace = await temporaryWorkspace();
    const definition = mails({
      source: {kind: "rows", rows: () => [{id: "1", customer: {name: "A", card: 4111111111111111}}]},
      privacy: {actions: {card: "replace"}}
    });
    await expect(pullMails(workspace, definition)).rejects.toThrow(/column "customer".*cast it to JSON/);
    expect(readdirSync(datasetDir(workspace, "mails"))).toEqual([]);
    const cast = {...definition, sql: "select id, customer::json as customer from source"};
    await pullMails(workspace, cast);
    expect(await stored(workspace)).toMatchObject([{customer: '{"name":"A","card":"<CREDIT_CARD>"}'}]);
  });

  it("does not show what stands in the keys of objects where it stops before their type", async () => {
    const workspace = await temporaryWorkspace();
    writeFileSync(
      join(workspace.project, "m.jsonl"),
      '{"id": "1", "by": {"email": "ada", "frank@example.org": "x"}}\n'
    );
    const source = {kind: "files" as const, files: "m.jsonl"};
    const definition = mails({source, privacy: {actions: {email: "replace"}}});
    await expect(pullMails(workspace, definition)).rejects.toThrow(
      'in some rows of column "by" cannot be replaced in its type STRUCT(…); cast it to JSON'
    );
    const named = mails({
      source,
      sql: `select id, {'frank@example.org': date '2026-01-02'} as by from source`,
      privacy: {columns: ["by"], actions: {email: "replace"}}
    });
    await expect(pullMails(workspace, named)).rejects.toThrow('column "by" is STRUCT(…) (');
  });

  it("redacts what is in the dataset already when it grows, and keeps what was found in it", async () => {
    const workspace = await temporaryWorkspace();
    const definition = (batch: object[], privacy?: Privacy) =>
      defineDataset({
        name: "mails",
        source: {kind: "rows", rows: () => batch},
        append: true,
        privacy
      });
    const texts = async () =>
      (await stored<{body: string}>(workspace, "select body from mails order by body")).map(({body}) => body);
    const found = () =>
      stored<{body: string; n: number}>(
        workspace,
        "select body, count(*)::int as n from ledger l join mails using (row_id) where version = (select id from versions order by pulledAt desc limit 1) group by body order by body"
      );
    await pullMails(workspace, definition([{body: "from ada@example.org"}]));
    const rules: Privacy = {actions: {default: "replace"}};
    await pullMails(workspace, definition([{body: "card 4111 1111 1111 1111"}], rules));
    expect(await texts()).toEqual(["card <CREDIT_CARD>", "from <EMAIL_ADDRESS>"]);
    await pullMails(workspace, definition([{body: "card 4012888888881881"}, {body: "new"}], rules));
    expect(await texts()).toEqual(["card <CREDIT_CARD>", "from <EMAIL_ADDRESS>", "new"]);
    expect(await found()).toEqual([
      {body: "card <CREDIT_CARD>", n: 1},
      {body: "from <EMAIL_ADDRESS>", n: 1}
    ]);
  });

  it("numbers rows that are equal once redacted, each with its own findings", async () => {
    const workspace = await temporaryWorkspace();
    const batch = ["ada@example.org", "a.longer.name@example.org", "bob@example.org"].map((body) => ({body}));
    const {version} = await pullMails(
      workspace,
      defineDataset({
        name: "mails",
        source: {kind: "rows", rows: () => batch},
        privacy: {actions: {email: "replace"}}
      })
    );
    expect(version.rows).toBe(3);
    const ends = await stored<{end: number}>(
      workspace,
      `select "end" from ledger join mails using (row_id) order by 1`
    );
    expect(ends.map(({end}) => end)).toEqual([15, 15, 25]);
  });

  it("is held by the privacy check only for what was kept, until that is accepted", async () => {
    const workspace = await temporaryWorkspace();
    const {version} = await pullMails(workspace, mails({privacy: {actions: {...actions, card: "keep"}}}));
    const store = await openStore(workspace);
    const refused = await refusedRows(store, version, "fine-tuning");
    expect(refused).toEqual(new Map([["2", ["CREDIT_CARD by credit-card/luhn in body"]]]));
    await acceptFindings(store, version, {what: "credit-card/luhn", reason: "a test number"});
    expect(await refusedRows(store, version, "fine-tuning")).toEqual(new Map());
    store.close();
  });

  it("keeps no copy of a download", async () => {
    const workspace = await temporaryWorkspace();
    const server = createServer((_, response) =>
      response.setHeader("etag", '"1"').end(rows.map((row) => JSON.stringify(row)).join("\n"))
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const {port} = server.address() as AddressInfo;
    const files = `http://127.0.0.1:${port}/mails.jsonl`;
    await pullMails(workspace, mails({source: {kind: "files", files}}));
    server.close();
    expect(existsSync(join(workspace.dir, "downloads"))).toBe(false);
    expect(await everything(workspace)).not.toMatch(/ada@|bob@/i);
  });

  it("says nothing of a row in an error", async () => {
    const workspace = await temporaryWorkspace();
    writeFileSync(join(workspace.project, "m.csv"), "id,n\n1,ada@example.org\n");
    const definition = mails({
      source: {kind: "files", files: "m.csv"},
      sql: "select id, n::integer as n from source"
    });
    await expect(pullMails(workspace, definition)).rejects.toThrow(
      /Could not convert string '<EMAIL_ADDRESS>'/
    );
    const thrown = mails({
      source: {
        kind: "rows",
        rows: () => {
          throw new Error("no mail of ada@example.org");
        }
      }
    });
    await expect(pullMails(workspace, thrown)).rejects.toThrow(
      /could not be read: no mail of <EMAIL_ADDRESS[^>]*>\./
    );
  });

  it("is refused without a redactor rather than stored as it is", async () => {
    const workspace = await temporaryWorkspace();
    await expect(pull(workspace, mails())).rejects.toThrow(/was given no redactor/);
    expect(existsSync(datasetDir(workspace, "mails"))).toBe(false);
  });
});

describe("privacy rules", () => {
  it("are checked before anything is read, every problem at once, and no key is repeated", () => {
    const wrong = {
      columns: [],
      colour: "red",
      minScore: 2,
      keyVariable: "hunter2-hunter2-hunter2",
      actions: {mail: "mask", phone: "hide", SHOE_SIZE: "keep", email: "pseudonym"}
    } as never;
    const failing = () => pullRedactor({name: "mails", privacy: wrong}, {env: {}});
    for (const problem of [
      /no member "colour"/,
      /`columns` is not a list/,
      /`minScore`/,
      /no kind "mail"/,
      /no kind "SHOE_SIZE"/,
      /`actions.phone` is none of keep, mask, replace, pseudonym/,
      /`keyVariable` is not the name/
    ])
      expect(failing).toThrow(problem);
    expect(failing).not.toThrow(/hunter2/);
  });

  it("need the key of pseudonyms in the environment, long enough", () => {
    const redactor = (variables: Record<string, string>, more: object = {}) =>
      pullRedactor({name: "mails", privacy: {actions, ...more}}, {env: variables});
    expect(() => redactor({})).toThrow(/set ASSAY_PSEUDONYM_KEY to 16 bytes/);
    expect(() => redactor({ASSAY_PSEUDONYM_KEY: "hunter2"})).toThrow(/has 7 bytes/);
    expect(() => redactor({ASSAY_PSEUDONYM_KEY: "hunter2"})).not.toThrow(/hunter2/);
    expect(() => redactor(env, {keyVariable: "MAILS_KEY"})).toThrow(/set MAILS_KEY/);
    expect(redactor({MAILS_KEY: env.ASSAY_PSEUDONYM_KEY}, {keyVariable: "MAILS_KEY"})).toBeDefined();
    expect(pullRedactor({name: "mails", privacy: {actions: {email: "mask"}}}, {env: {}})).toBeDefined();
    expect(pullRedactor({name: "mails"}, {env: {}})).toBeUndefined();
  });

  it("put a type in capitals before its kind, and look for names when people are named", async () => {
    const workspace = await temporaryWorkspace();
    const definition = defineDataset({
      name: "mails",
      id: "id",
      source: {
        kind: "rows",
        rows: () => [
          {id: "1", ssn: "536-90-4399", nino: "AB123456C", body: "Angela Merkel came with 192.0.2.7"}
        ]
      },
      privacy: {actions: {US_SSN: "keep", nationalId: "replace", person: "replace"}}
    });
    await pullMails(workspace, definition);
    expect(await stored(workspace)).toMatchObject([
      {ssn: "536-90-4399", nino: "<UK_NINO>", body: "<PERSON> came with 192.0.2.7"}
    ]);
  });

  it("name columns that are there and hold text or numbers", async () => {
    const workspace = await temporaryWorkspace();
    const dated = {
      sql: "select *, date '2026-01-02' as day from source",
      privacy: {columns: ["body", "day", "text"], actions}
    };
    await expect(pullMails(workspace, mails(dated))).rejects.toThrow(
      /column "day" is DATE \(dates and times\) and not looked at.*there is no column "text"; there are id, sender, body, n, day/
    );
    await pullMails(workspace, mails({privacy: {columns: ["sender"], actions}}));
    expect((await stored<{body: string}>(workspace))[1]!.body).toContain("4111");
  });
});
