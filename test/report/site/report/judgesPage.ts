import {describe, expect, it} from "vitest";
import {judgeFigures} from "../../../../src/report/components/judges/judgeFigures.js";
import {
  clusteredRegression,
  cohenKappa,
  judgeCorrected,
  krippendorffInterval
} from "../../../../src/base/stats/index.js";
import {cells, open, percent, pText, report, signed, signedRange} from "../../../support/report.js";

describe("the page of judges", () => {
  interface Answer {
    row_id: string;
    candidate: string;
    judge: number | null;
    human: number | null;
    length: number;
    choices: string | null;
  }

  /** The same answers by another way than the page's: one query to the report.store. */
  async function answers(kind?: string): Promise<Answer[]> {
    return report.store.rows<Answer>(
      `select c.row_id, c.candidate, j.value as judge, p.value as human, length(c.output)::int as length,
         j.details::json ->> 'choices' as choices
       from completions c join items i using (run, row_id)
         left join scores j on j.run = c.run and j.row_id = c.row_id and j.candidate = c.candidate and j.scorer = 'judge' and j.status = 'scored'
         left join scores p on p.run = c.run and p.row_id = c.row_id and p.candidate = c.candidate and p.scorer = 'people' and p.status = 'scored'
       where c.run = $run and c.status = 'completed' ${kind ? `and (i.slices::json ->> 'kind') = '${kind}'` : ""} order by i.position, c.candidate`,
      {run: report.run("judged").id}
    );
  }
  const scoresOf = (found: readonly Answer[], of: "judge" | "human") =>
    found.map((one) => one[of] ?? undefined);

  it("says that a run has no judge, where the address names such a run", async (context) => {
    const {page} = await open(context, `judges?run=${report.run("intent-clear").id}`);
    const notice = await page.getByRole("status").filter({hasText: "Another run is shown"}).innerText();
    expect(notice).toContain("has no judge");
    expect(notice).not.toContain("not in this report");
    await page.close();
  });

  it("shows the engine's agreement, order flips, length bias and corrected scores", async (context) => {
    const all = await answers();
    const both = all.filter(({judge, human}) => judge !== null && human !== null);
    const clusters = both.map((one) => one.row_id);
    const kappa = cohenKappa(scoresOf(both, "human"), scoresOf(both, "judge"), {clusters})!;
    const alpha = krippendorffInterval(
      both.map(({judge, human}) => [judge, human]),
      {metric: "interval", clusters}
    )!;
    const flips = all.filter(
      ({choices}) => choices === '["output","baseline"]' || choices === '["baseline","output"]'
    );
    const {page} = await open(context, "judges");
    const text = await page.locator("#observablehq-main").innerText();
    expect(both.length).toBeGreaterThan(50);
    expect(text).toContain(kappa.kappa.toFixed(2));
    for (const {low, high} of [kappa, alpha])
      expect(text).toContain(`${low.toFixed(2)} to ${high.toFixed(2)}, n ${both.length}`);
    expect(text).toContain("judge-model at loopback judge");
    const judgedAnswers = all.filter(({judge}) => judge !== null);
    expect(judgedAnswers.length).toBeLessThan(all.length);
    const compared = judgedAnswers.filter(({choices}) => choices !== null);
    expect(compared.length).toBeLessThan(judgedAnswers.length);
    expect(text).toContain(`${judgedAnswers.length - compared.length} answers have the same words`);
    expect(text).toContain("the judge's answer names no choice");
    const choices = await cells(page, "Choices in both orders");
    expect(choices.map((row) => row[1])).toEqual(
      [
        compared.length - flips.length,
        all.filter((one) => one.choices === '["output","baseline"]').length,
        all.filter((one) => one.choices === '["baseline","output"]').length,
        0
      ].map(String)
    );
    expect(flips.length).toBeGreaterThan(0);
    const slope = clusteredRegression(
      both.map(({judge, human}) => judge! - human!),
      [both.map(({length}) => Math.log2(length)), both.map(({candidate}) => (candidate === "wordy" ? 1 : 0))],
      {clusters: both.map(({row_id}) => row_id)}
    )!;
    expect((await cells(page, "What the length of an answer does to its score"))[2]).toEqual([
      "the judge's minus people's",
      signed(slope.slopes[0]!.estimate),
      signedRange(slope.slopes[0]!.low, slope.slopes[0]!.high),
      pText(slope.slopes[0]!.p),
      String(both.length)
    ]);
    await page.getByText("The same in numbers").click();
    expect(
      (await cells(page, "Scores by the judge, by people and corrected")).map((row) => row.slice(0, 6))
    ).toEqual(await correctedLines(all));
    await page.close();
  });

  async function correctedLines(all: readonly Answer[]): Promise<string[][]> {
    return ["brief", "wordy"].map((name) => {
      const own = all.filter(({candidate}) => candidate === name);
      const found = judgeCorrected(scoresOf(own, "human"), scoresOf(own, "judge"))!;
      return [
        name,
        percent(found.judgeMean),
        percent(found.humanOnly?.estimate),
        percent(found.estimate),
        `${(100 * found.low).toFixed(1)} to ${(100 * found.high).toFixed(1)}%`.replace(/-(?=\d)/, "−"),
        percent(found.weight)
      ];
    });
  }

  it("recomputes the corrected scores in a slice as the engine does", async (context) => {
    const {page} = await open(context, "judges");
    await page.getByLabel("Rows", {exact: true}).selectOption({label: "sharing"});
    const wanted = await correctedLines(await answers("sharing"));
    await expect
      .poll(async () => {
        const details = page.locator("details", {hasText: "The same in numbers"});
        if ((await details.getAttribute("open")) === null) await details.locator("> summary").click();
        return (await cells(page, "Scores by the judge, by people and corrected")).map((row) =>
          row.slice(0, 6)
        );
      })
      .toEqual(wanted);
    await page.close();
  });

  it("says nothing of agreement where nobody labelled, and nothing of order for one answer at a time", () => {
    const figures = judgeFigures([{group: "1", candidate: "a", judge: 0.5, length: 10}], ["a"]);
    expect(figures.agreement).toBeUndefined();
    expect(figures.order).toBeUndefined();
    expect(figures.length.judge).toBeUndefined();
    expect(figures.candidates[0]!.corrected).toBeUndefined();
  });
});
