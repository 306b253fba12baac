import {html} from "htl";
import type {Verdict} from "../decisions/types.js";
import type {RunView} from "../site/types.js";
import {badge, type BadgeKind, type Content, tiles} from "./elements.js";
import {count, dollars, duration, plural, share} from "./format.js";
import {scoreFormatOf} from "./intervalPlot.js";

const KINDS: Record<Verdict["kind"], {name: string; badge: BadgeKind}> = {
  pick: {name: "Pick", badge: "good"},
  tie: {name: "Tie", badge: "even"},
  "need-more": {name: "Undecided", badge: "open"},
  "no-scores": {name: "No scores", badge: "bad"}
};

/** The verdict's kind as a small label. */
export function verdictBadge(verdict: Verdict): HTMLElement {
  const {name, badge: kind} = KINDS[verdict.kind];
  return badge(name, kind);
}

/** The answer first: which candidate, how sure, on what. */
export function verdictCard(run: RunView): HTMLElement {
  const {verdict} = run;
  const clusters = verdict.summaries.some((summary) => summary.method?.includes("cluster"));
  return html`<section class=${`verdict verdict-${verdict.kind}`} aria-label="Verdict">
    <p class="eyebrow">
      ${verdictBadge(verdict)}<span>${run.title}</span><span>split ${run.split.name}</span>${
        run.status === "partial" ? badge("Partial run", "bad") : null
      }
    </p>
    <p class="sentence">${verdict.sentence}</p>
    ${run.description ? html`<p class="small">${run.description}</p>` : null} ${tiles(figures(run))}
    <p class="small">
      At an error rate of ${share(verdict.alpha)} over all pairs (Holm) and a margin of
      ${scoreFormatOf(verdict).scale(verdict.margin).toFixed(1)} points.
      ${clusters ? "Rows of one group count as related, not as independent." : null}
    </p>
  </section>`;
}

function figures(run: RunView): {label: string; value: Content; note?: Content}[] {
  const {verdict} = run;
  const format = scoreFormatOf(verdict);
  const best = verdict.summaries.find((summary) => summary.candidate === verdict.best);
  const view = run.candidates.find((candidate) => candidate.name === verdict.best);
  return [
    {
      label: best ? `${best.candidate}` : "Best",
      value: format.score(best?.mean),
      note: best ? `${format.interval(best.low, best.high)}, ${run.primaryScorer}` : undefined
    },
    {label: "Rows", value: count(run.rows), note: `${run.split.part} part of ${run.dataset.name}`},
    {
      label: "Candidates",
      value: count(run.candidates.length),
      note: `${plural(verdict.set.length, "may be the best", "may be the best")}`
    },
    {
      label: "Without a score",
      value: count(verdict.summaries.reduce((sum, one) => sum + one.planned - one.scored, 0)),
      note: `of ${count(verdict.summaries.reduce((sum, one) => sum + one.planned, 0))} planned`
    },
    {
      label: "95th percentile",
      value: duration(view?.p95LatencyMs),
      note: `latency of ${verdict.best ?? "the best"}`
    },
    {
      label: "Cost per 1,000",
      value: dollars(view?.costPerThousand),
      note: view?.costPerThousand === undefined ? "no price stated" : `calls of ${verdict.best}`
    }
  ];
}
