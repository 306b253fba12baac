import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {filesOf} from "../../scripts/prose/files.js";
import {
  MOST_DOCS_WORDS,
  problemsOfHelp,
  problemsOfLength,
  problemsOfPage
} from "../../scripts/prose/rules.js";
import {sentencesOf} from "../../scripts/prose/sentences.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const words = (count: number) => `A${" word".repeat(count - 1)}.`;

describe("the check of prose", () => {
  it("reports a sentence of more than 35 words where it begins", () => {
    expect(problemsOfPage("a.md", `# Title\n\n${words(35)}\nShort. ${words(36)}`)).toEqual([
      expect.stringMatching(/^a\.md:4: 36 words in a sentence, of at most 35: A word/)
    ]);
  });

  it("reports a page whose median sentence has more than 17 words", () => {
    expect(problemsOfPage("a.md", Array(8).fill(words(17)).join(" "))).toEqual([]);
    expect(problemsOfPage("a.md", Array(8).fill(words(18)).join(" "))).toEqual([
      "a.md:1: half of the sentences have 18 words or more, of at most 17"
    ]);
  });

  it.each([
    ["It sets the patience of a call.", "the patience"],
    ["The base is told by its folder.", "is told"],
    ["Of what is learned from at once the longest counts.", "Of what"],
    ["Of several rows with one id: the first.", "Of several"],
    ["What is stored is the file.", "What is"],
    ["It finds a model by where it lies.", "by where it lies"],
    ["This removes what is left of them.", "what is left of"],
    ["A flag looks in a row that may fail.", "looks in a row"],
    ["It keeps models of which the last alone counts.", "of which the last alone"],
    ["It reads nothing that changed.", "nothing that"],
    ["The row is no more a part of it.", "is no more a"],
    ["Every eval is asked anew.", "anew"]
  ])("reports a turn that we do not use: %s", (sentence, turn) => {
    expect(problemsOfPage("a.md", sentence)[0]).toContain(`a.md:1: "${turn}": better `);
  });

  it("leaves common sentences alone", () => {
    const fine =
      "What is a split? Of the 300 rows, 12 failed. Nothing else changes. The command goes on. A column of a row has a type.";
    expect(problemsOfPage("a.md", fine)).toEqual([]);
  });

  it("reports more than 35,000 words of documents", () => {
    expect(problemsOfLength([words(MOST_DOCS_WORDS)])).toEqual([]);
    expect(problemsOfLength([words(MOST_DOCS_WORDS), "More."])).toEqual([
      "35001 words of documents, of at most 35000"
    ]);
  });

  it("reports option help of 80 characters, and turns in a command's description", () => {
    const source = `program
      .command("a [b]")
      .description("${"d".repeat(100)}")
      .option("--c", "${"c".repeat(79)}")
      .option("--e", "${"e".repeat(40)}" + "${"e".repeat(40)}")
      .addOption(new Option("--f <f>", \`rows by \${n}, 5 unless told\`));`;
    expect(problemsOfHelp("a.ts", source)).toEqual([
      expect.stringMatching(/^a\.ts:5: 80 characters of help, of fewer than 80/),
      expect.stringMatching(/^a\.ts:6: "unless told": better /)
    ]);
  });
});

describe("the sentences of a page", () => {
  const texts = (markdown: string) => sentencesOf(markdown).map(({text}) => text);

  it("are those outside code, HTML, scripts and addresses", () => {
    const page =
      '---\ntitle: No. Yes.\n---\n# A title\n\n```js\nOne. Two.\n```\n<div class="note">Within it.</div>\n<script>\nA. B.\n</script>\n\nRead [the page. Now](a.md) with `x. Y` and ${n. length}.';
    expect(texts(page)).toEqual([
      "A title",
      "Within it.",
      "Read the page.",
      "Now with XXXXXX and XXXXXXXXXXXX."
    ]);
  });

  it("are not in indented code, which is none within a list", () => {
    expect(texts("Text.\n\n    npx code. Run\n\n- An item\n\n    Its text.")).toEqual([
      "Text.",
      "An item",
      "Its text."
    ]);
  });

  it("end at list items, and not at abbreviations", () => {
    expect(texts("- Use e.g. DuckDB, i.e. SQL.\n- Two\n  lines")).toEqual([
      "Use e.g. DuckDB, i.e. SQL.",
      "Two lines"
    ]);
  });

  it("are in a table's cell only when it has a full stop", () => {
    expect(texts("| a | b |\n|---|---|\n| no stop | One stop. |")).toEqual(["One stop."]);
  });
});

it("finds files by globs, without folders that are built or installed", async () => {
  const root = await temporaryProject();
  for (const path of [
    "docs/a.md",
    "docs/deep/b.md",
    "src/c.md",
    "src/in/d.md",
    "node_modules/e.md",
    "docs/f.ts"
  ]) {
    mkdirSync(join(root, path, ".."), {recursive: true});
    writeFileSync(join(root, path), "");
  }
  expect(filesOf(root, ["docs/**/*.md", "src/*.md", "**/e.md"])).toEqual([
    "docs/a.md",
    "docs/deep/b.md",
    "src/c.md"
  ]);
});
