import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterEach, expect, it, vi} from "vitest";
import {pullVerb} from "../../src/cli/data/pull.js";
import {rowsVerb} from "../../src/cli/data/rows.js";
import {printed} from "../support/printed.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {compiled} from "../support/compiledEngine.js";

afterEach(() => vi.unstubAllEnvs());

it("shows the rows of which a filter could not tell the language, and kept", async () => {
  const project = await temporaryProject();
  await mkdir(join(project, "data-loaders"));
  const engine = compiled("index.js");
  await writeFile(
    join(project, "data-loaders", "mails.ts"),
    `import {defineDataset, language} from ${JSON.stringify(engine)};
const texts = ["Please send me the invoice for last month once more.", "top up", "Je voudrais annuler ma commande s'il vous plaît", "ok thanks"];
export default defineDataset({name: "mails", id: "id", text: "text", sensitivity: "public",
  source: {kind: "rows", rows: () => texts.map((text, i) => ({id: "m" + i, text}))}, filters: {english: language(["en"])}});`
  );
  vi.stubEnv("ASSAY_PROJECT", project);
  vi.stubEnv("ASSAY_DIR", join(project, ".assay"));
  let told = "";
  vi.spyOn(process.stderr, "write").mockImplementation((chunk) => ((told += String(chunk)), true));
  await printed(() => pullVerb([], {}));
  vi.restoreAllMocks();
  expect(told).toContain('filter "english" could not tell of 2 rows');
  expect(told).toContain("assay rows mails --undetermined english");
  const show = (undetermined: string, limit = 20) =>
    printed(() => rowsVerb("mails", {undetermined, limit, json: true}));
  const rows = JSON.parse(await show("english")) as {text: string}[];
  expect(rows.map(({text}) => text)).toEqual(["top up", "ok thanks"]);
  expect(JSON.parse(await show("english", 1))).toHaveLength(1);
  await expect(rowsVerb("mails", {undetermined: "french", limit: 5})).rejects.toThrow(
    'no filter "french" that may be unsure. Those that may: english.'
  );
});
