import {html} from "htl";
import type {RunView} from "../../site/types.js";
import {linkTo} from "../address/address.js";
import {type PageContent, details, flat, section} from "../text/elements.js";
import {countText, pluralText, percentText, scoreFormatOf} from "../text/format.js";
import {gapSentence} from "../splits/splitGap.js";

/** Warnings that are shown without being asked for. */
const FIRST = 2;
/** Near-twins up to this share happen by chance. */
const FEW = 0.01;

/** What a reader must know before trusting the verdict; says so when there is nothing. */
export function warnings(run: RunView): HTMLElement {
  const found = runWarnings(run);
  const first = run.verdict.kind === "no-scores" ? found.length : FIRST;
  return section(
    "Before you trust it",
    found.length === 0
      ? html`<p>
          Nothing stands against this verdict: every row has a score, and the run is complete.
          ${leakageSentence(run)}
        </p>`
      : [
          warningList(found.slice(0, first)),
          found.length > first
            ? details(`${countText(found.length - first)} more`, warningList(found.slice(first)))
            : null
        ]
  );
}

function leakageSentence({leakage, imported}: RunView): string {
  if (leakage.exact !== undefined || leakage.group !== undefined) return "No leakage was found.";
  return imported
    ? "Whether its rows stood in training data is not known: the scores come from another tool."
    : "Leakage was not measured: no text and no group of the rows is known, or `assay split --measure` has not run.";
}

function warningList(found: readonly PageContent[]): HTMLElement {
  return html`<ul class="warnings">
    ${found.map((one) => html`<li>${flat([one])}</li>`)}
  </ul>`;
}

/** The engine's risks, the gravest first, then what is known beside them; a risk is not said twice. */
function runWarnings(run: RunView): PageContent[] {
  const {verdict} = run;
  const other = otherSplitWarning(run);
  const found: PageContent[] = verdict.risks
    .filter(({kind}) => !other || kind !== "split")
    .map(({sentence}) => sentence);
  const {unseen} = run.leakage;
  if (unseen)
    found.unshift(
      `${percentText(unseen.share)} of the test rows belong to ${pluralText(unseen.classes, "class", "classes")} without a training row: trained candidates cannot know them.`
    );
  if (other) found.unshift(other);
  const {exact, group, nearTwins = 0} = run.leakage;
  if (exact)
    found.push(`${percentText(exact)} of the test rows have a text that is also in the training part.`);
  if (group)
    found.push(
      `${percentText(group)} of the test rows belong to a group that also has rows in the training part.`
    );
  if (nearTwins > FEW)
    found.push(
      `${percentText(nearTwins)} of the short test rows are near-twins of a training row: candidates that learned from it are flattered.`
    );
  if (run.split.strategy === "random" || run.split.strategy === "stratified")
    found.push(
      "This split divides rows one by one: related rows may be in both the training and the test part."
    );
  const gap = verdict.risks.some(({kind}) => kind === "split") ? undefined : gapSentence(run);
  if (gap) found.push(gap);
  found.push(...verdict.warnings);
  for (const candidate of run.candidates)
    for (const {reason, count: times} of candidate.failures.slice(0, 2))
      found.push([
        `${candidate.name}: `,
        html`<a href=${linkTo("./examples", {show: "all", failure: reason})}
          >${pluralText(times, "request")}</a
        >`,
        ` failed: ${reason.replace(/\.$/, "")}.`
      ]);
  return found;
}

/** That the same candidate scored otherwise, or another one is named, where the data were split in another way. */
function otherSplitWarning(run: RunView): PageContent {
  const [lowest] = run.otherSplits;
  if (!lowest) return undefined;
  const {candidate, split, mean, low, high, action} = lowest;
  const format = scoreFormatOf(run.verdict);
  const here = run.verdict.summaries.find((one) => one.candidate === candidate);
  const link = html`<a href=${`./?run=${encodeURIComponent(lowest.run)}`}>split ${split}</a>`;
  const there = action === undefined ? "" : ` The verdict there: ${action}`;
  return html`<span
    >On ${link}, ${candidate} scores <b>${format.score(mean)}</b> (${format.interval(low, high)}), not
    ${format.score(here?.mean)} as here.${there}</span
  >`;
}
