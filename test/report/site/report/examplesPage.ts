import type {Page} from "playwright-core";
import {describe, expect, it} from "vitest";
import {confidenceOf} from "../../../../src/base/costs/index.js";
import {
  cells,
  goTo,
  navigationLink,
  open,
  report,
  seriousViolations,
  type TestContext
} from "../../../support/report.js";
import {settled} from "../../../support/watchPage.js";

const ROWS = "Rows and what candidates answered";

const chosenIn = (page: Page, label: string) =>
  page.getByLabel(label, {exact: true}).evaluate((list: HTMLSelectElement) => list.selectedOptions[0]?.text);

function judged(context: TestContext, path = "examples", more = "") {
  return open(context, `${path}?run=${report.run("judged").id}${more}`);
}

describe("the examples page", () => {
  it("finds the rows that each filter names, as the store has them", async (context) => {
    const run = report.run("mail-triage", "by thread");
    const {page, problems} = await open(context, `examples?run=${run.id}`);
    const query = (having: string) =>
      report.store.row<{n: number}>(
        `select count(*)::int as n from (select row_id from scores where run = $run and scorer = 'right queue'
           and status = 'scored' group by row_id having ${having})`,
        {run: run.id}
      );
    for (const [label, having] of [
      ["Candidates differ", "min(value) <> max(value)"],
      ["All wrong", "max(value) = 0"],
      ["All right", "min(value) = 1"],
      ["joint: wrong", "bool_or(candidate = 'joint' and value = 0)"],
      ["base: right", "bool_or(candidate = 'base' and value = 1)"]
    ] as const) {
      await page.getByLabel("Show", {exact: true}).selectOption({label});
      const {n} = (await query(having))!;
      await page.getByText(new RegExp(`^${n} rows? of ${run.rows}\\.`)).waitFor();
    }
    expect(problems).toEqual([]);
    await page.close();
  });

  it("goes on to the first new row when more are asked for by keyboard", async (context) => {
    const {page} = await open(context, `examples?run=${report.run("priced").id}`);
    const links = page.locator(".row-link");
    await expect.poll(() => links.count()).toBe(20);
    await page.getByRole("button", {name: "Show 20 more"}).focus();
    await page.keyboard.press("Enter");
    await expect
      .poll(() => links.evaluateAll((all) => all.indexOf(document.activeElement as HTMLElement)))
      .toBe(20);
    await page.close();
  });

  it("shows two candidates' answers, sorts, and searches the texts of all rows", async (context) => {
    const {page} = await judged(context);
    await page.getByLabel("Show", {exact: true}).selectOption({label: "All rows"});
    await page.getByLabel("Sorted by").selectOption({label: "Order of the run"});
    const first = (await report.store.row<{row_id: string; output: string}>(
      `select row_id, coalesce(output[:60], 'no score') as output from completions join items using (run, row_id)
       where run = $run and candidate = 'brief' order by position limit 1`,
      {run: report.run("judged").id}
    ))!;
    await expect.poll(async () => (await cells(page, ROWS))[0]?.[0]).toBe(first.row_id);
    expect((await cells(page, ROWS))[0]!.at(-1)).toContain(first.output);
    await page.getByLabel("Search the texts").fill("What is 102 and 4?");
    await page.getByText(/^1 row with/).waitFor();
    expect((await cells(page, ROWS)).map(([id]) => id)).toEqual(["q102"]);
    await page.close();
  });

  it("sorts by how sure a candidate was of its wrong answers, as its tokens' probabilities in the store say", async (context) => {
    const run = report.run("mail-triage", "by thread");
    const {page} = await open(context, `examples?run=${run.id}`);
    const wrong = await report.store.rows<{row_id: string; output: string; logprobs: string}>(
      `select row_id, output, logprobs from completions join scores using (run, row_id, candidate)
       where run = $run and candidate = 'joint' and scorer = 'right queue' and value = 0 and logprobs is not null`,
      {run: run.id}
    );
    const sure = new Map(
      wrong.map(({row_id, output, logprobs}) => {
        const tokens = JSON.parse(logprobs) as {logprob: number}[];
        return [
          row_id,
          confidenceOf("logprobs", {text: output, logprobs: tokens.map(({logprob}) => logprob)})!
        ];
      })
    );
    expect(sure.size).toBeGreaterThan(3);
    await page.getByLabel("Show", {exact: true}).selectOption({label: "joint: wrong"});
    await page.getByLabel("Sorted by").selectOption({label: "joint: wrong and surest first"});
    const wanted = [...sure.values()].sort((a, b) => b - a).slice(0, 20);
    await expect
      .poll(async () => (await cells(page, ROWS)).map(([id]) => sure.get(id!)?.toFixed(9)))
      .toEqual(wanted.map((value) => value.toFixed(9)));
    await page.close();
  });

  it("leads by keyboard alone from the verdict to what was asked about a row, and on to the next", async (context) => {
    const {page, problems} = await judged(context, "");
    await (await navigationLink(page, "Examples")).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/examples/);
    await settled(page);
    await page.getByRole("region", {name: ROWS}).waitFor();
    // The rows are drawn anew when their file arrives.
    await page.waitForLoadState("networkidle");
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");
    const [first, id] = (await cells(page, ROWS)).map(([name]) => name!) as [string, string];
    for (const row of [first, id]) {
      await page.keyboard.press("j");
      await expect.poll(focused).toBe(row);
    }
    await page.keyboard.press("Enter");
    await page.getByRole("heading", {name: `Row ${id}`}).waitFor();
    const {messages} = (await report.store.row<{messages: string}>(
      "select messages from prompts where run = $run and row_id = $id",
      {run: report.run("judged").id, id}
    ))!;
    const [asked] = JSON.parse(messages) as {content: string}[];
    expect(await page.locator(".message .said").innerText()).toBe(asked!.content);
    const next = (await page.getByRole("link", {name: /^Next/}).getAttribute("href"))!;
    await page.keyboard.press("j");
    await page.getByRole("heading", {name: `Row ${new URL(next).searchParams.get("row")}`}).waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });
});

describe("the files of a run's rows", () => {
  const asked = (page: Page, loaded: string[]) =>
    page.on("request", (request) => {
      const found = /\/data\/rows\/[^/]+\/(.*)$/.exec(request.url());
      if (found) loaded.push(found[1]!);
    });

  it("are loaded as far as they are shown: no page of rows for those that have texts", async (context) => {
    const run = report.run("priced");
    const {page} = await open(context, "method");
    const loaded: string[] = [];
    asked(page, loaded);
    await page.goto(`${report.server.url}examples?run=${run.id}`);
    await page.getByRole("region", {name: ROWS}).waitFor();
    expect(loaded.sort()).toEqual(["index.arrow", "scores-0.arrow", "texts-0.json"]);
    const link = page.locator("a.row-link").first();
    const id = await link.innerText();
    loaded.length = 0;
    await link.click();
    await page.getByRole("heading", {name: `Row ${id}`}).waitFor();
    expect(loaded.map((file) => file.replace(/\d+/, "N")).sort()).toEqual([
      "page-N.arrow",
      "places-N.json",
      "texts-N.json"
    ]);
    loaded.length = 0;
    const mails = report.run("mail-triage", "by thread");
    await page.goto(`${report.server.url}comparison?run=${mails.id}`);
    await page.getByRole("region", {name: /^Rows on which/}).waitFor();
    const whole = loaded
      .filter((file) => !/page-/.test(file))
      .map((file) => file.replace(/answers-\d/, "answers-N"));
    expect(whole.sort()).toEqual(["answers-N.arrow", "clusters.arrow", "index.arrow", "scores-0.arrow"]);
    await page.close();
  });
});

describe("the page of a row", () => {
  it("shows every candidate's answer, scores and what it took, accessible in light, dark and on a phone", async (context) => {
    const run = report.run("mail-triage", "by thread");
    const {row_id: id} = (await report.store.row<{row_id: string}>(
      "select row_id from items where run = $run order by position limit 1",
      {run: run.id}
    ))!;
    const {page, problems} = await open(context, `row?run=${run.id}&row=${id}`);
    await page.getByRole("heading", {name: `Row ${id}`}).waitFor();
    const answers = await report.store.rows<{candidate: string; output: string | null}>(
      "select candidate, output from completions where run = $run and row_id = $id and status = 'completed'",
      {run: run.id, id}
    );
    expect(answers.length).toBeGreaterThan(3);
    for (const {candidate, output} of answers)
      expect(
        await page.getByRole("article", {name: candidate, exact: true}).locator(".said").first().innerText()
      ).toBe(output);
    expect((await cells(page, "Tokens, time and cost of each answer")).map(([name]) => name)).toEqual(
      expect.arrayContaining(answers.map(({candidate}) => candidate))
    );
    for (const look of [{colorScheme: "light"}, {colorScheme: "dark"}] as const) {
      await page.emulateMedia(look);
      expect(await seriousViolations(page)).toEqual([]);
    }
    await page.setViewportSize({width: 390, height: 844});
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0
    );
    expect(problems).toEqual([]);
    await page.close();
  });

  it("takes a label and saves it as humanLabels reads it", async (context) => {
    const {page} = await judged(context, "row", "&row=q008");
    const article = page.getByRole("article", {name: "wordy"});
    await article.getByLabel("Right").check();
    const download = page.waitForEvent("download");
    await page.getByRole("button", {name: "Save 1 label"}).click();
    const stream = await (await download).createReadStream();
    let text = "";
    for await (const piece of stream) text += String(piece);
    expect(JSON.parse(text)).toEqual({
      id: "q008",
      output: await article.locator(".said").first().innerText(),
      score: 1
    });
    await page.close();
  });

  it("copies a row as Markdown and as a link, with its answers", async (context) => {
    const {page} = await judged(context, "row", "&row=q102");
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    const copied = async (button: string) => {
      await page.getByRole("button", {name: button}).click();
      await page.getByRole("button", {name: button}).getByText("Copied").waitFor();
      return page.evaluate(() => navigator.clipboard.readText());
    };
    expect(await copied("Copy a link to this row")).toBe(page.url());
    const markdown = await copied("Copy this row as Markdown");
    expect(markdown).toContain(`## Row [q102](${page.url()})`);
    expect(markdown).toContain("**user**\n\n```text\nWhat is 102 and 4?\n```");
    expect(markdown).toMatch(/\*\*wordy\*\* judge: 100\.0%, people: /);
    await page.close();
  });

  it("is found from a page of data, in whichever run has it", async (context) => {
    const [version] = await report.store.versions("questions");
    const other = report.run("mail-triage", "random").id;
    const {page} = await open(context, "row");
    // Not waited for: it goes on to the run that has the row.
    await page.goto(`${report.server.url}row?run=${other}&dataset=questions@${version!.id}&row=q102`);
    await page.getByRole("heading", {name: "Row q102"}).waitFor();
    expect(page.url()).not.toContain(other);
    await page.close();
  });

  it("says so when the run has no such row, and when none is chosen", async (context) => {
    for (const [more, title] of [
      ["&row=nobody", /has no row nobody/],
      ["", /No row is chosen/]
    ] as const) {
      const {page, problems} = await judged(context, "row", more);
      await page.getByText(title).waitFor();
      expect(problems).toEqual([]);
      await page.close();
    }
  });
});

describe("the address", () => {
  it("holds every choice, through reload, Back and the other pages", async (context) => {
    const {page} = await open(context, `differences?run=${report.run("mail-triage", "by thread").id}`);
    const before = await chosenIn(page, "Measured against");
    await page.getByLabel("Scorer").selectOption({label: "closeness"});
    await page.getByLabel("Rows", {exact: true}).selectOption({label: "short"});
    await page.getByLabel("Measured against").selectOption({label: "team-a"});
    const choices = async () => [
      await chosenIn(page, "Scorer"),
      await chosenIn(page, "Rows"),
      await chosenIn(page, "Measured against").catch(() => undefined)
    ];
    expect(await choices()).toEqual(["closeness", "short", "team-a"]);
    await page.reload();
    await settled(page);
    expect(await choices()).toEqual(["closeness", "short", "team-a"]);
    await page.goBack();
    await expect.poll(choices).toEqual(["closeness", "short", before]);
    await page.goForward();
    await expect.poll(choices).toEqual(["closeness", "short", "team-a"]);
    await goTo(page, "Candidates");
    await page.getByRole("heading", {name: "closeness, length short"}).waitFor();
    await page.close();
  });

  it("gets a notice when it names a run that was replaced, or one that is not there", async (context) => {
    const current = report.run("priced");
    const old = (await report.store.runs()).find((run) => run.eval === "priced" && run.id !== current.id)!;
    const {page} = await open(context, `?run=${old.id}`);
    expect(await page.locator(".notice").innerText()).toMatch(/A newer run of priced is shown in its place/);
    expect(await page.locator(".source").innerText()).toContain(current.id);
    await page.getByRole("link", {name: "Its record"}).click();
    await page.getByRole("heading", {name: old.id}).waitFor();
    await page.goto(`${report.server.url}?run=gone-123`);
    await page.getByText(/names run gone-123, which is not in this report/).waitFor();
    await page.close();
  });
});
