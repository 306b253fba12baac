import {existsSync, readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {chatText} from "../../src/cli/store/export.js";
import {
  type ChatManifest,
  exportChat,
  type ExportChatOptions
} from "../../src/training/finetunes/exports/exportChat.js";
import {defineDataset, pull} from "../../src/data/datasets/index.js";
import {acceptFindings, pullRedactor} from "../../src/data/privacy/index.js";
import {ensureSplit} from "../../src/data/splits/index.js";
import {sha256} from "../../src/base/system/index.js";
import {openStore, type Store} from "../../src/base/store/index.js";
import {temporaryWorkspace} from "../support/temporaryWorkspace.js";
import {splitDir} from "../support/folders.js";

let store: Store;
let folder: string;
let parts: Map<string, string>;

const rows = Array.from({length: 60}, (_, index) => ({
  id: `row-${String(index).padStart(2, "0")}`,
  body: `Question ${index}${index % 10 === 0 ? " from ada@example.org" : ""}`,
  label: index === 33 ? "" : `answer ${index}`
}));
const mails = defineDataset({
  name: "mails",
  id: "id",
  text: "body",
  label: "label",
  source: {kind: "rows", rows: () => rows}
});

beforeAll(async () => {
  const workspace = await temporaryWorkspace();
  folder = workspace.project;
  await pull(workspace, mails);
  store = await openStore(workspace);
  const version = (await store.latestVersion("mails"))!;
  await ensureSplit(store, version, {name: "random", strategy: "random", test: 0.2, heldOut: 0.2});
  store.refresh();
  const [split] = await store.splits("mails");
  const all = await store.rows<{row_id: string; part: string}>(
    `select row_id, part from read_parquet('${join(splitDir(workspace, "mails", split!.id), "parts.parquet")}')`
  );
  parts = new Map(all.map(({row_id, part}) => [row_id, part]));
});
afterAll(() => store.close());

const inPart = (part: string, clean = true) =>
  rows.filter(
    ({id, body, label}) => parts.get(id) === part && !(clean && (body.includes("@") || label === ""))
  );
const exported = (name: string, options: Omit<ExportChatOptions, "dataset">, dataset = "mails") =>
  exportChat(store, join(folder, name), {dataset, ...options});
const lines = (name: string) =>
  readFileSync(join(folder, name), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as {messages: {role: string; content: string}[]});

describe("assay export --chat", () => {
  it("refuses rows with unresolved findings, naming rows and rule, and writes nothing", async () => {
    const held = rows.filter(({id, body}) => parts.get(id) === "train" && body.includes("@"));
    expect(held.length).toBeGreaterThan(0);
    const refusal = exported("refused.jsonl", {});
    await expect(refusal).rejects.toThrow(new RegExp(`^${held.length} of .* ${held[0]!.id}`));
    await expect(exported("refused.jsonl", {})).rejects.toThrow(
      /EMAIL_ADDRESS by email\/tld in body \(\d+\).*--skip-unresolved/
    );
    await expect(exported("refused.jsonl", {})).rejects.not.toThrow(/ada@/);
    expect(readdirSync(folder).filter((name) => name.includes("refused"))).toEqual([]);
  });

  it("holds against a row what is found in the columns that leave, and nothing else", async () => {
    const manifest = await exported("labels.jsonl", {prompt: "label", completion: "label", skipBad: true});
    expect(manifest.leftOut.unresolved).toBe(0);
    expect(readFileSync(join(folder, "labels.jsonl"), "utf8")).not.toContain("@");
  });

  it("refuses rows that make no valid example, and counts both kinds when they may be left out", async () => {
    await expect(exported("bad.jsonl", {skipUnresolved: true, part: parts.get("row-33")!})).rejects.toThrow(
      parts.get("row-33") === "held-out" ? /held-out/ : /row-33 \(missing_content\).*--skip-bad/
    );
    const manifest = await exported("train.jsonl", {
      skipUnresolved: true,
      skipBad: true,
      system: "Answer mails."
    });
    const expected = inPart("train");
    expect(lines("train.jsonl")).toEqual(
      expected.map(({body, label}) => ({
        messages: [
          {role: "system", content: "Answer mails."},
          {role: "user", content: body},
          {role: "assistant", content: label}
        ]
      }))
    );
    expect(manifest).toMatchObject({
      part: "train",
      rows: expected.length,
      split: {name: "random"},
      sha256: sha256(readFileSync(join(folder, "train.jsonl"))),
      rowsSha256: sha256(expected.map(({id}) => id).join("\n")),
      leftOut: {
        unresolved: inPart("train", false).filter(({body}) => body.includes("@")).length,
        broken: inPart("train", false).filter(({label}) => label === "").length
      }
    });
    expect(JSON.parse(readFileSync(join(folder, "train.jsonl.manifest.json"), "utf8"))).toEqual(manifest);
    expect(await chatText(store, "train.jsonl", manifest)).toContain("rows with unresolved findings");
  });

  it("never writes the held-out part, and the test part only when it is asked for", async () => {
    await expect(exported("heldOut.jsonl", {part: "held-out"})).rejects.toThrow(/never exported/);
    expect(existsSync(join(folder, "heldOut.jsonl"))).toBe(false);
    const test: ChatManifest = await exported("test.jsonl", {
      part: "test",
      skipUnresolved: true,
      skipBad: true
    });
    expect(test.rows).toBe(inPart("test").length);
    expect(test.warnings).toEqual({no_system_message: test.rows});
    const train = lines("train.jsonl").map(({messages}) => messages.at(-1)!.content);
    for (const {label} of [...inPart("held-out"), ...inPart("test")]) expect(train).not.toContain(label);
  });

  it("lets rows go whose findings are accepted or were redacted when they were pulled", async () => {
    const privacy = {actions: {email: "replace"}} as const;
    const redacted = {...mails, name: "redacted", privacy};
    await pull(store.workspace, redacted, {redactor: pullRedactor(redacted, {env: {}})});
    const version = (await store.latestVersion("redacted"))!;
    await ensureSplit(store, version, {name: "random", strategy: "random", test: 0.2});
    const manifest = await exported("redacted.jsonl", {skipBad: true}, `redacted@${version.id}`);
    expect(manifest.leftOut.unresolved).toBe(0);
    expect(readFileSync(join(folder, "redacted.jsonl"), "utf8")).toMatch(/from <EMAIL_ADDRESS>/);

    await acceptFindings(store, (await store.latestVersion("mails"))!, {
      what: "email/tld",
      reason: "made up"
    });
    expect((await exported("accepted.jsonl", {skipBad: true})).leftOut.unresolved).toBe(0);
    expect(readFileSync(join(folder, "accepted.jsonl"), "utf8")).toContain("ada@example.org");
  });

  it("says what is missing: the dataset, the split, the part, the columns", async () => {
    await expect(exportChat(store, "x.jsonl", {})).rejects.toThrow(/--dataset NAME/);
    await expect(exported("x.jsonl", {}, "letters")).rejects.toThrow(/no version of letters/);
    await expect(exported("x.jsonl", {split: "group"})).rejects.toThrow(/no split group.*It has random/);
    await expect(exported("x.jsonl", {part: "dev"})).rejects.toThrow(/has no part dev/);
    await expect(exported("x.jsonl", {prompt: "text"})).rejects.toThrow(/no column text. It has/);
    await expect(exported("x.jsonl", {messages: "body", system: "x"})).rejects.toThrow(
      /--messages goes without/
    );
  });
});
