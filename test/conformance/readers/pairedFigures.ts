import {mcnemarExact} from "../../../src/base/stats/index.js";
import type {Path, PublishedAt, ValueFigure} from "../figure.js";

const places: Path[] = [["paired_recomputed_only"], ["paired"], ["recomputed_only", "paired"]];

/**
 * Every two models on the same rows: who alone is right, and the exact test. Published below "first vs second", or for
 * the one pair that "models" names. `right` has for each model a value a row.
 */
export function pairedFigures(right: Record<string, readonly boolean[]>): ValueFigure[] {
  const models = Object.keys(right);
  return models.flatMap((first) =>
    models
      .filter((second) => second !== first)
      .flatMap((second) =>
        pair([first, second], right[first]!, right[second]!).map(({name, key, ours}): ValueFigure[] => {
          const under = `${first} vs ${second}`;
          const figure = (published: PublishedAt): ValueFigure => ({
            name: `${under}: ${name}`,
            ours,
            published,
            tolerance: 1e-9
          });
          const file = "expected.json";
          const [path, ...or] = places.map((place) => [...place, under, key]);
          return [
            figure({file, path: path!, or}),
            ...places.map((place) =>
              figure({file, path: [...place, key], when: {path: [...place, "models"], is: [first, second]}})
            )
          ];
        })
      )
      .flat()
  );
}

function pair([first, second]: [string, string], a: readonly boolean[], b: readonly boolean[]) {
  const onlyFirst = a.filter((correct, i) => correct && !b[i]).length;
  const onlySecond = b.filter((correct, i) => correct && !a[i]).length;
  return [
    {name: `only ${first} right`, key: "first_only", ours: onlyFirst},
    {name: `only ${second} right`, key: "second_only", ours: onlySecond},
    {name: "McNemar's exact p", key: "mcnemar_exact_p", ours: mcnemarExact(onlyFirst, onlySecond)}
  ];
}
