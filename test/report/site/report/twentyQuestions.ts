import type {Locator, Page} from "playwright-core";
import {afterAll, describe, expect, it} from "vitest";
import {splitLeaks} from "../../../../src/data/splits/index.js";
import {cells, navigationLink, open, report, visit} from "../../../support/report.js";
import {settled} from "../../../support/watchPage.js";

const MOST_CLICKS = 3;

/** A reader at the front page who does nothing but click. */
class Reader {
  clicks = 0;

  constructor(readonly page: Page) {}

  async click(target: Locator): Promise<void> {
    await target.first().click();
    this.clicks++;
    await settled(this.page);
  }

  /** A page of a group costs two clicks: its group unfolds first. */
  async goTo(name: string): Promise<void> {
    await (await navigationLink(this.page, name)).click();
    this.clicks += 2;
    await settled(this.page);
  }

  fold(summary: string | RegExp): Promise<void> {
    return this.click(this.page.locator("main summary", {hasText: summary}));
  }

  text(): Promise<string> {
    return this.page.locator("main").innerText();
  }

  part(heading: string | RegExp): Promise<string> {
    return this.page.getByRole("region", {name: heading}).first().innerText();
  }

  table(caption: string | RegExp): Promise<string[][]> {
    return cells(this.page, caption);
  }
}

interface Question {
  asks: string;
  /** Whose front page it begins at. */
  from: () => string | Promise<string>;
  /** Clicks to the answer, and holds it against the store. */
  answer(reader: Reader): Promise<void>;
}

const of = (evalName: string, split?: string) => () => `?run=${report.run(evalName, split).id}`;
const idOf = (evalName: string, split?: string) => report.run(evalName, split).id;
const firstRow = (reader: Reader) => reader.page.locator("a.row-link");

/** No run is of the dataset with copies and personal data: the address names it, as a run's own would be shown. */
const ofTickets = async () => {
  const [version] = (await report.store.versions("tickets")).slice(-1);
  return `?run=${report.run("priced").id}&dataset=tickets@${version!.id.slice(0, 12)}`;
};

const questions: Question[] = [
  {
    asks: "On which five rows do two candidates disagree most, and why?",
    from: of("priced"),
    async answer(reader) {
      await reader.goTo("Row by row");
      const rows = (await reader.table(/^Rows on which large and medium disagree/)).slice(0, 5);
      const found = await report.store.rows<{row_id: string}>(
        `select row_id from scores where run = $run and scorer = 'correct' group by row_id
         having max(value) filter (candidate = 'large') > max(value) filter (candidate = 'medium')`,
        {run: idOf("priced")}
      );
      const ids = new Set(found.map(({row_id}) => row_id));
      expect(rows.map(([id]) => ids.has(id!))).toEqual([true, true, true, true, true]);
      await reader.click(firstRow(reader));
      expect(await reader.part("What candidates answered")).toContain("unknown");
    }
  },
  {
    asks: "What was the prompt, as it was sent?",
    from: of("priced"),
    async answer(reader) {
      await reader.goTo("Examples");
      const id = await firstRow(reader).first().innerText();
      await reader.click(firstRow(reader));
      const {messages} = (await report.store.row<{messages: string}>(
        "select messages from prompts where run = $run and row_id = $id",
        {run: idOf("priced"), id}
      ))!;
      const [{content}] = JSON.parse(messages) as [{content: string}];
      expect(await reader.part("What was asked")).toContain(content);
    }
  },
  {
    asks: "Which training rows are near a test row?",
    from: of("intent-leak", "random"),
    async answer(reader) {
      await reader.goTo("Splits");
      await reader.fold(/^random: .* with a match in training/);
      const [row, known] = (await reader.table(/^Test rows of random/))[1]!;
      const split = (await report.store.splits("utterances")).find(({name}) => name === "random")!;
      const leaks = await splitLeaks(report.store, split);
      expect(leaks.some((leak) => leak.row === row && leak.known === known)).toBe(true);
    }
  },
  {
    asks: "What is cheaper at ten times the volume, and from which volume on?",
    from: of("priced"),
    async answer(reader) {
      await reader.goTo("Costs");
      await reader.click(reader.page.getByRole("button", {name: "Ten times the volume"}));
      expect(await reader.part("At 1,000,000 requests a month")).toMatch(/medium/);
      expect((await reader.table(/^Break-even volumes/)).length).toBeGreaterThan(0);
    }
  },
  {
    asks: "What changed since the last run, and on which rows?",
    from: of("priced"),
    async answer(reader) {
      expect(await reader.part("What changed")).toContain("medium improved, beyond chance");
      await reader.click(reader.page.getByRole("link", {name: "Rows that changed"}));
      const [id, candidate, change, expected, before, now] = (await reader.table(/^Rows that changed/))[0]!;
      expect([candidate, change, before, now]).toEqual([
        "medium",
        "+100.0",
        "wrong unknown",
        `right ${expected}`
      ]);
      const {n} = (await report.store.row<{n: number}>(
        `select sum(value)::int as n from scores
         where run in ($run, $before) and scorer = 'correct' and candidate = 'medium' and row_id = $id`,
        {run: idOf("priced"), before: report.run("priced").change!.before.id, id: id!}
      ))!;
      expect(n).toBe(1);
    }
  },
  {
    asks: "Do the gates pass?",
    from: of("priced"),
    async answer(reader) {
      await reader.fold(/^Gates /);
      const {gates} = report.run("priced");
      expect(gates.length).toBe(2);
      for (const {message} of gates) expect(await reader.part("Verdict")).toContain(message);
    }
  },
  {
    asks: "What would another split have chosen?",
    from: of("mail-triage", "by thread"),
    async answer(reader) {
      const other = report.run("mail-triage", "random");
      await reader.fold(/^Other evals and splits/);
      expect(await reader.part("Other evals and splits")).toContain(other.verdict.action);
      await reader.click(reader.page.getByRole("link", {name: /^Mail triage, split random/}));
      expect(await reader.page.locator(".headline").innerText()).toBe(other.verdict.action);
    }
  },
  {
    asks: "What do 1,000 rows cost, with each candidate?",
    from: of("priced"),
    async answer(reader) {
      await reader.goTo("Candidates");
      const lines = await reader.table(/^Candidates/);
      expect(lines.map(([name]) => name).sort()).toEqual(["large", "medium", "small"]);
      for (const line of lines) expect(line.some((cell) => /^\$\d/.test(cell))).toBe(true);
    }
  },
  {
    asks: "Which slice is worst, and which rows are in it?",
    from: of("priced"),
    async answer(reader) {
      const {kind} = (await report.store.row<{kind: string}>(
        `select slices::json ->> 'kind' as kind from scores join items using (run, row_id)
         where run = $run and candidate = 'large' group by all order by avg(value) limit 1`,
        {run: idOf("priced")}
      ))!;
      await reader.goTo("Differences");
      expect(await reader.text()).toContain(`large scores lowest on kind ${kind}`);
      const heads = await reader.page.locator(".heatmap thead tr:last-child th").allInnerTexts();
      const column = heads.findIndex((head) => head.startsWith(kind));
      await reader.click(reader.page.locator(`.heatmap tbody tr >> nth=0`).locator("> *").nth(column));
      const slice = new URL(reader.page.url()).searchParams.get("slice");
      expect(slice).toBe(`kind=${kind}`);
      expect(await reader.text()).toMatch(/300 rows of 300/);
    }
  },
  {
    asks: "What did the judge say of an answer?",
    from: of("judged"),
    async answer(reader) {
      await reader.goTo("Examples");
      await reader.click(firstRow(reader));
      expect(await reader.part("What candidates answered")).toMatch(/judge:[^]*(choices|identical): /);
    }
  },
  {
    asks: "Which rows failed, and with which error?",
    from: of("mail-outage"),
    async answer(reader) {
      const [{reason, count}] = report.run("mail-outage").candidates[0]!.failures as [
        {reason: string; count: number}
      ];
      await reader.click(reader.page.locator(".warnings").getByRole("link", {name: / requests?$/}));
      expect(await reader.text()).toContain(`${count} rows of`);
      expect((await reader.table(/^Rows and what/))[0]!.at(-1)).toContain(reason.slice(0, 40));
    }
  },
  {
    asks: "Which rows hold personal data?",
    from: ofTickets,
    async answer(reader) {
      await reader.goTo("Data");
      await reader.fold("Rows with findings");
      const rows = await reader.table(/^Rows with personal data/);
      expect(rows.length).toBe(50);
      expect(rows[0]!.slice(2).join(" ")).toMatch(/body/);
    }
  },
  {
    asks: "What did the chosen model come from?",
    from: of("mail-triage", "random"),
    async answer(reader) {
      const {named, candidates} = report.run("mail-triage", "random");
      const model = candidates.find(({name}) => name === named)!.model;
      await reader.goTo("Lineage");
      await reader.click(
        reader.page
          .getByRole("region", {name: /^Records that belong to/})
          .getByRole("link", {name: new RegExp(`^${model},`)})
      );
      expect(await reader.part(/^Data that reached/)).toContain("mails@");
    }
  },
  {
    asks: "Under which licence is a model?",
    from: of("priced"),
    async answer(reader) {
      await reader.goTo("Lineage");
      await reader.page
        .getByLabel("Record", {exact: true})
        .selectOption({label: await labelOf(reader, /^answers-lora,/)});
      reader.clicks++;
      await settled(reader.page);
      expect(await reader.part("The model")).toMatch(/Licence\s+apache-2\.0/);
    }
  },
  {
    asks: "Who labelled the answers?",
    from: of("judged"),
    async answer(reader) {
      await reader.goTo("Judges");
      const {n} = (await report.store.row<{n: number}>(
        "select count(*)::int as n from scores where run = $run and scorer = 'people' and status = 'scored'",
        {run: idOf("judged")}
      ))!;
      expect(await reader.part("Judge")).toContain(`by kb (${n})`);
    }
  },
  {
    asks: "How many attempts did a row take?",
    from: of("mail-triage", "by thread"),
    async answer(reader) {
      await reader.goTo("Examples");
      await reader.click(firstRow(reader));
      const took = await reader.table(/^Tokens, time and cost/);
      expect(took.length).toBeGreaterThan(1);
      const columns = await reader.page
        .locator("table", {hasText: "Tokens, time and cost"})
        .getByRole("columnheader")
        .allInnerTexts();
      const attempts = columns.indexOf("Attempts");
      for (const line of took) expect(line[attempts]).toMatch(/^[1-9]\d*$/);
    }
  },
  {
    asks: "What did the race save?",
    from: of("raced"),
    async answer(reader) {
      await reader.goTo("Races");
      expect(await reader.part("Outcome of the race")).toMatch(/Calls saved\s+\d+\.\d%/);
    }
  },
  {
    asks: "What are the parents of a merge?",
    from: of("mail-triage", "by thread"),
    async answer(reader) {
      await reader.goTo("Merges");
      const family = await reader.page.locator("svg.family").getAttribute("aria-label");
      expect(family).toMatch(/merge-average from .*team-a.* and .*team-b/);
    }
  },
  {
    asks: "How sure is it that the winner is best?",
    from: of("mail-triage", "by thread"),
    async answer(reader) {
      await reader.fold("How sure, and on what");
      expect(await reader.part("Verdict")).toContain("winner's curse");
    }
  },
  {
    asks: "Of which rows is a row a near-duplicate?",
    from: ofTickets,
    async answer(reader) {
      await reader.goTo("Data");
      await reader.fold(/largest of \d+ clusters|^The clusters/);
      const rows = await reader.table("Largest clusters of duplicates");
      expect(rows.filter(([id]) => /^\w/.test(id ?? "")).length).toBeGreaterThan(2);
    }
  }
];

async function labelOf(reader: Reader, wanted: RegExp): Promise<string> {
  const labels = await reader.page.getByLabel("Record", {exact: true}).locator("option").allTextContents();
  return labels.find((label) => wanted.test(label.trim()))!.trim();
}

describe("a count of confused rows", () => {
  it("leads to just these rows", async (context) => {
    const {page} = await open(context, `comparison${of("intent-clear")()}`);
    const reader = new Reader(page);
    const [expected, answered, rows] = (await reader.table(/^Largest confusions/))[0]!;
    await reader.click(page.getByRole("region", {name: /^Largest confusions/}).locator("a.rows-link"));
    const first = new URL(page.url()).searchParams.get("first")!;
    const {n} = (await report.store.row<{n: number}>(
      `select count(*)::int as n from completions join items using (run, row_id)
       where run = $run and candidate = $first and (expected::json ->> '$') = $expected and output = $answered`,
      {run: idOf("intent-clear"), first, expected: expected!, answered: answered!}
    ))!;
    expect(rows).toBe(String(n));
    await page.getByText(new RegExp(`^${n} rows? of ${n}\\.`)).waitFor();
    await page.close();
  });
});

describe("a reader who only clicks", () => {
  let page: Page | undefined;
  afterAll(() => page?.close());

  it.each(questions)("is answered within three clicks: $asks", async ({from, answer}, context) => {
    if (page) await visit(page, await from());
    else ({page} = await open(context as never, await from()));
    const reader = new Reader(page);
    await answer(reader);
    expect(reader.clicks).toBeLessThanOrEqual(MOST_CLICKS);
  });
});
