import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {
  chatFilters,
  defineDataset,
  encodingDamage,
  type Filters,
  language,
  pull,
  repetition,
  textLength
} from "../../../../src/data/datasets/index.js";
import {openStore} from "../../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../../support/temporaryWorkspace.js";
import {datasetDir} from "../../../support/folders.js";

const rows = [
  {id: "a", text: "Could you book a table for two tomorrow evening?", label: "book"},
  {id: "b", text: "", label: "book"},
  {id: "c", text: "Das Treffen wurde leider auf nächsten Donnerstag verschoben.", label: "move"},
  {id: "d", text: "spam ".repeat(30), label: "spam"},
  {id: "e", text: "Un cafÃ© s'il vous plaÃ®t", label: "order"},
  {id: "f", text: "Please cancel my order from last Monday morning.", label: null},
  {id: "g", text: null, label: "none"}
];

const dataset = (filters: Filters, of: object[] = rows) =>
  defineDataset({
    name: "chat",
    id: "id",
    text: "text",
    label: "label",
    filters,
    source: {kind: "rows", rows: () => of}
  });

const UNSURE = [
  "set timer for (x) minutes",
  "i gotta set a timer",
  "lets do a coin toss",
  "i go by brad",
  "i haven't a clue",
  "las vegas timezone please",
  "i require a car maintenance",
  "help me roll a dice"
];
const filters = {"has a label": "label is not null", ...chatFilters({languages: ["en"]})};

describe("filters", () => {
  it("keep every dropped row with the filter that dropped it and the reason", async () => {
    const workspace = await temporaryWorkspace();
    const {version} = await pull(workspace, dataset(filters));
    expect(version).toMatchObject({rows: 2, rejected: 5});
    expect(version.filters).toMatchObject({
      "has a label": {rule: "label is not null", rejected: 1},
      length: {rule: {preset: "textLength", min: 1, max: 8000}, rejected: 1},
      encoding: {rejected: 1},
      repetition: {rejected: 1},
      language: {rejected: 1}
    });
    const store = await openStore(workspace);
    const kept = await store.rows<{id: string}>("select id from chat order by id");
    expect(kept.map(({id}) => id)).toEqual(["a", "g"]);
    const file = join(datasetDir(workspace, "chat", version.id), "rejected.parquet");
    expect(
      await store.rows(`select id, rejected_by, rejected_because from read_parquet('${file}') order by id`)
    ).toEqual([
      {id: "b", rejected_by: "length", rejected_because: "0 words, fewer than 1"},
      {id: "c", rejected_by: "language", rejected_because: "language de, not en"},
      {id: "d", rejected_by: "repetition", rejected_because: "one run of 1 word makes up 100%"},
      {id: "e", rejected_by: "encoding", rejected_because: "2 signs of UTF-8 read as Windows-1252"},
      {id: "f", rejected_by: "has a label", rejected_because: "not: label is not null"}
    ]);
    expect(await store.rows(`select text from read_parquet('${file}') where id = 'e'`)).toEqual([
      {text: rows[4]!.text}
    ]);
    store.close();
  });

  it("give the version that the kept rows alone would have given", async () => {
    const workspace = await temporaryWorkspace();
    const filtered = await pull(workspace, dataset({"has a label": "label is not null"}));
    const plain = await pull(
      workspace,
      dataset(
        {},
        rows.filter(({label}) => label !== null)
      )
    );
    expect(plain.version.id).toBe(filtered.version.id);
  });

  it("name the filter whose condition is not SQL, and a text filter without a text column", async () => {
    const workspace = await temporaryWorkspace();
    await expect(pull(workspace, dataset({odd: "labl is not null"}))).rejects.toThrow(
      /filter "odd" is not a condition that runs/
    );
    const blind = defineDataset({
      name: "chat",
      filters: {length: textLength()},
      source: {kind: "rows", rows: () => rows}
    });
    await expect(pull(workspace, blind)).rejects.toThrow(/Add `text: "column"`/);
  });
});

describe("presets", () => {
  it("repetition leaves ordinary prose and lists alone", () => {
    const {reason} = repetition();
    const prose =
      "We met on Tuesday to talk about the budget of the new office, and it was decided that the second floor will be let to the " +
      "team from Graz. The lease begins in May; furniture comes from the old building as far as it is fit for use.";
    expect(reason(prose)).toBeUndefined();
    expect(
      reason("Monday 9:00 stand-up\nMonday 10:00 planning\nTuesday 9:00 stand-up\nTuesday 11:00 review")
    ).toBeUndefined();
    expect(reason("-".repeat(60))).toMatch(/more than 40 times/);
    expect(reason("buy it now ".repeat(12))).toMatch(/makes up/);
  });

  it("encodingDamage tells damaged from merely accented text", () => {
    const {reason} = encodingDamage();
    for (const fine of [
      "Café au lait, naïve Übermut, Ångström",
      "price: 5 € – “quoted”",
      "日本語 😀",
      "Âge d’or",
      "SÃO PAULO"
    ])
      expect(reason(fine)).toBeUndefined();
    expect(reason("donâ€™t")).toMatch(/Windows-1252/);
    expect(reason("a\ufffdb")).toMatch(/replacement/);
    expect(reason("a\u0000b")).toMatch(/control/);
    expect(reason("a\ud800b")).toMatch(/lone surrogate/);
  });

  it("language keeps short questions that look like other languages, and says that it could not tell", async () => {
    const english = language(["en"]);
    await english.ready?.();
    // Questions of CLINC150 that the detector is sure are Danish, Italian, Catalan, Tagalog and so on.
    for (const text of UNSURE) {
      expect(english.reason(text), text).toBeUndefined();
      expect(english.undetermined!(text), text).toBe(true);
    }
    expect(english.undetermined!("Please send me the invoice for last month once more.")).toBe(false);
    expect(english.reason("Je voudrais annuler ma commande s'il vous plaît")).toBe("language fr, not en");
    expect(english.undetermined!("Je voudrais annuler ma commande s'il vous plaît")).toBe(false);
  });

  it("language keeps what is too short to tell", async () => {
    const german = language(["de"]);
    await german.ready!();
    expect(german.reason("ok")).toBeUndefined();
    expect(german.reason("Bitte schicken Sie mir die Rechnung noch einmal zu.")).toBeUndefined();
    expect(german.reason("Please send me the invoice for last month once more.")).toBe("language en, not de");
  });
});
