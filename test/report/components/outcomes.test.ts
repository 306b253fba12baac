import {afterAll, beforeAll, expect, it} from "vitest";
import {formatFor} from "../../../src/report/components/text/format.js";
import {outcomes} from "../../../src/report/components/rowByRow/outcomes.js";
import {type ImportedRun, importedRun} from "./support/importedRun.js";
import {onPage} from "./support/page.js";

onPage();
let imported: ImportedRun;
beforeAll(async () => {
  const lines = Array.from({length: 60}, (_, i) =>
    ["a", "b"].map((name) => `r${i},${name},${Number((i % 12) * 7 < (name === "a" ? 70 : 40))},c${i % 12}`)
  );
  imported = await importedRun(["row,candidate,score,customer", ...lines.flat()], {cluster: "customer"});
});
afterAll(() => imported.store.close());

it("gives each candidate's share of passes the interval of the verdict, which counts rows of a group as related", () => {
  const {view, rows} = imported;
  const [a] = view.verdict.summaries;
  expect(a).toMatchObject({candidate: "a", method: "clustered wilson"});
  const shown = outcomes(
    rows,
    {scorer: view.primaryScorer, slice: undefined},
    {first: "a", second: "b"}
  ) as Element;
  const small = [...shown.querySelectorAll("small")].map((one) => one.textContent.replace(/\s+/g, " "));
  const format = formatFor([]);
  expect(small[0]).toBe(`${format.score(a!.mean)}, ${format.interval(a!.low, a!.high)}`);
});
