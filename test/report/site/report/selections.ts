import {expect} from "vitest";
import {clustersOf} from "../../../../src/evals/decisions/columns.js";
import {pairedDifference, rng} from "../../../../src/base/stats/index.js";
import {
  cells,
  open,
  percent,
  report,
  signed,
  signedRange,
  type TestContext
} from "../../../support/report.js";
import {byThread, engineTable, engineVerdict, range} from "./engine.js";

/** Compares scores and differences of selections drawn by these seeds with the engine's. */
export async function expectSelections(context: TestContext, seeds: readonly string[]): Promise<void> {
  const {id, scorers, slices, verdict} = byThread();
  const cuts = [undefined, ...slices.flatMap(({values}) => values)];
  const names = verdict.summaries.map(({candidate}) => candidate);
  for (const seed of seeds) {
    const random = rng("selections", seed);
    const pick = <T>(all: readonly T[]) => all[random.int(all.length)]!;
    const [scorer, slice, reference] = [pick(scorers).name, pick(cuts), pick(names)];
    const choice = `run=${id}&scorer=${encodeURIComponent(scorer)}${slice ? `&slice=length%3D${slice}` : ""}&reference=${encodeURIComponent(reference)}`;
    const {page} = await open(context, `candidates?${choice}`);
    const engine = await engineVerdict(scorer, slice);
    expect(
      (await cells(page, "Candidates, the best first")).map((row) => row.slice(0, 3)),
      choice
    ).toEqual(engine.summaries.map((one) => [one.candidate, percent(one.mean), range(one.low, one.high)]));
    await page.goto(`${report.server.url}differences?${choice}`);
    await page.getByText("The same in numbers", {exact: true}).click();
    const shown = await cells(page, "Paired differences");
    const table = await engineTable(scorer, slice);
    const values = (name: string) => table.values[table.candidates.indexOf(name)]!;
    const wanted = names
      .filter((name) => name !== reference)
      .map((name) => {
        const found = pairedDifference(values(name), values(reference), {clusters: clustersOf(table)})!;
        return [name, signed(found.estimate), signedRange(found.low, found.high), String(found.n)];
      });
    expect(shown.map((row) => row.slice(0, 4)).sort(), choice).toEqual(wanted.sort());
    await page.close();
  }
}
