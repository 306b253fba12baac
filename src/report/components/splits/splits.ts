import {html} from "htl";
import type {SplitsData, SplitsView, VerdictsData} from "../../site/types.js";
import {valueName} from "../../../evals/decisions/valueName.js";
import {unseenClasses} from "../../site/unseenClasses.js";
import {classShares} from "./classShares.js";
import {importedRows} from "../data/datasets.js";
import {
  badge,
  code,
  type PageContent,
  emptyState,
  furtherSection,
  hash,
  nothing,
  section
} from "../text/elements.js";
import {countText, joinedNames, percentText, pluralText, time} from "../text/format.js";
import {type Input, select} from "../inputs/inputs.js";
import {leakagePlot} from "./leakagePlot.js";
import {splitLeaksTable} from "./splitLeaks.js";
import {standing} from "./splitMeasures.js";
import {splitResults} from "./splitResults.js";
import {isOfAddressedRun, unmetRun, versionAddress} from "../address/runOfAddress.js";
import {splitTable} from "./splitTable.js";

/** Lets a reader choose a version of a dataset, by default that of the address's run; without one it says how to pull and split one. */
export function chooseSplits(
  data: SplitsData,
  verdicts?: Pick<VerdictsData, "runs">
): Input<SplitsView | null> {
  const isOfRun = isOfAddressedRun(verdicts);
  const selected = (view: SplitsView | null) => view !== null && isOfRun(view.dataset, view.version.id);
  const several = new Set(data.versions.map(({dataset}) => dataset)).size > 1;
  if (data.versions.length > 0)
    return select(
      data.versions.map((view) => ({
        label: `${view.dataset}, ${time(view.version.pulledAt)}, ${pluralText(view.splits.length, "split")}`,
        id: versionAddress(view.dataset, view.version.id),
        value: view as SplitsView | null,
        group: several ? view.dataset : undefined
      })),
      {
        label: "Dataset and version",
        key: "dataset",
        selected,
        unmet: unmetRun(!verdicts || data.versions.some(selected))
      }
    );
  const node = emptyState(
    "No dataset has been pulled yet.",
    [
      "Declare one in ",
      code("data-loaders/"),
      " and read it with ",
      code("npx assay pull"),
      "; an eval makes the splits it names."
    ],
    ...importedRows(verdicts)
  );
  return Object.assign(node, {value: null});
}

/** Which split to use and why, the splits side by side, and what the choice changes in the results. */
export function splits(view: SplitsView | null, verdicts: VerdictsData): PageContent {
  if (!view) return nothing();
  if (view.splits.length === 0)
    return emptyState(`${view.dataset} has not been split yet.`, [
      "An eval makes the split it names when it runs. To make every strategy its columns allow and see them side by side: ",
      code(`npx assay split ${view.dataset} --compare`)
    ]);
  const one = view.splits.length === 1;
  return html`<div>
    ${recommendation(view)}
    ${section("Test rows with a match in training", leakagePlot(view) ?? html`<p>No leakage could be measured.</p>`)}
    ${furtherSection("What the choice changes in the results", splitResults(view, verdicts))}
    ${furtherSection("Classes in test and training", classShares(view))}
    ${furtherSection("The test rows with a match in training", splitLeaksTable(view))}
    ${furtherSection(one ? "The split in numbers" : "Side by side", splitTable(view), untried(view))}
  </div>`;
}

function recommendation(view: SplitsView): HTMLElement {
  const {dataset, version, choice, clean, splits: all} = view;
  const name = all.find(({id}) => id === choice?.split)?.name;
  return html`<section
    class=${`verdict verdict-${choice ? (clean ? "pick" : "need-more") : "no-scores"}`}
    aria-label="Which split to use"
  >
    <p class="eyebrow">
      ${
        choice
          ? badge(clean ? `Use ${name}` : `${name} ${standing(view)}`, clean ? "good" : "open")
          : badge("No split to recommend", "bad")
      }
      <span>${dataset}, version ${hash(version.id)}, ${countText(version.rows)} rows</span>
    </p>
    ${advice(choice?.sentence ?? "No split has rows in every part that was asked for, so there is none to recommend.")}
    ${unseenText(view)}
  </section>`;
}

/** Splits that ask for classes which training has no row of. */
function unseenText({splits: all}: SplitsView): PageContent {
  const found = all.flatMap((split) => {
    const unseen = unseenClasses(split);
    return unseen ? [{name: split.name, ...unseen}] : [];
  });
  if (found.length === 0) return null;
  return html`<ul class="warnings">
    ${found.map(
      ({name, share, labels}) =>
        html`<li>
          On ${name}, ${percentText(share)} of the test rows belong to
          ${joinedNames(labels.slice(0, 3).map(valueName))}${labels.length > 3 ? ` and ${pluralText(labels.length - 3, "more class", "more classes")}` : ""}:
          training has no row of ${labels.length === 1 ? "this class" : "these classes"}.
        </li>`
    )}
  </ul>`;
}

function untried({dataset, untried: strategies, newest}: SplitsView): PageContent {
  if (strategies.length === 0 || !newest) return null;
  return html`<p class="small">
    Not made yet: ${joinedNames(strategies)}. ${code(`npx assay split ${dataset} --compare`)} makes every
    strategy the columns allow and measures it.
  </p>`;
}

/** The engine's words: what to use as the headline, the reasons below it. */
function advice(sentence: string): PageContent {
  const colon = sentence.indexOf(": ");
  if (colon < 0) return html`<p class="sentence">${sentence}</p>`;
  const reasons = sentence.slice(colon + 2);
  return [
    html`<p class="sentence">${sentence.slice(0, colon)}.</p>`,
    html`<p>${reasons.slice(0, 1).toUpperCase()}${reasons.slice(1)}</p>`
  ];
}
