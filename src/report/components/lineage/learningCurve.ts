import * as Plot from "@observablehq/plot";
import {ticks as d3Ticks} from "d3";
import {html} from "htl";
import type {CurvePoint, LearningCurve} from "../../site/learningCurves.js";
import {chart} from "../charts/chart.js";
import type {PageContent} from "../text/elements.js";
import {figure} from "../charts/figure.js";
import {countText, pluralText} from "../text/format.js";
import {quotedText} from "../text/sqlText.js";

const HEIGHT = 280;
/** So many points of a line are marked. */
const FEW = 8;

/** Steps are counted: between two of them is no tick. */
const stepTicks = (steps: number, most: number) => d3Ticks(0, steps, Math.min(most, steps));

type LossPoint = CurvePoint & {part: "training" | "validation"};

/** The loss of one model from step to step, on the training rows and on the validation rows. */
export function learningCurve({
  model,
  name,
  steps,
  resultStep,
  every,
  training,
  validation
}: LearningCurve): PageContent {
  const trained = training.map((one): LossPoint => ({...one, part: "training"}));
  const validated = validation.map((one): LossPoint => ({...one, part: "validation"}));
  const before = validation.find(({step}) => step === 0);
  const kept = validation.find(({step}) => step === resultStep);
  const isWorse = before && kept && kept.loss > before.loss;
  const draw = (width: number) =>
    chart({
      width,
      height: HEIGHT,
      marginLeft: 52,
      marginRight: 24,
      marginTop: 26,
      marginBottom: 44,
      ariaLabel: `Loss of ${name} over ${pluralText(steps, "step")}`,
      x: {
        label: "step →",
        labelAnchor: "center",
        labelArrow: "none",
        domain: [0, steps],
        ticks: stepTicks(steps, width < 560 ? 4 : 8),
        tickFormat: (step: number) => countText(step)
      },
      y: {label: "↑ loss", labelArrow: "none", nice: true, ticks: 6},
      marks: [
        Plot.gridY({stroke: "var(--line)", strokeOpacity: 1, ticks: 6}),
        Plot.ruleX([resultStep], {stroke: "var(--strong-line)", strokeDasharray: "3,3"}),
        Plot.lineY(trained, {x: "step", y: "loss", stroke: "var(--accent)", strokeWidth: 1.8}),
        // A line through few points is short or nothing.
        Plot.dot(trained.length <= FEW ? trained : [], {x: "step", y: "loss", r: 4, fill: "var(--accent)"}),
        Plot.lineY(validated, {x: "step", y: "loss", stroke: "var(--worse)", strokeDasharray: "4,3"}),
        Plot.dot(validated, {
          x: "step",
          y: "loss",
          r: 4.5,
          symbol: "diamond",
          fill: "var(--worse)",
          stroke: "var(--surface)"
        })
      ],
      values: {
        of: [...trained, ...validated],
        x: ({step}) => step,
        y: ({loss}) => loss,
        text: ({step, loss, part}) =>
          `step ${countText(step)}, ${part}\nloss ${loss.toFixed(3)}${part === "training" && every > 1 ? `\nmean of ${pluralText(every, "step")}` : ""}`
      }
    });
  return [
    figure(draw, {
      height: HEIGHT,
      made: {
        what: `The loss of ${name} while it was trained, on the training rows and on the validation rows.`,
        n: `${pluralText(steps, "step")}${every > 1 ? `, ${countText(every)} to a point` : ""}`,
        term: "learning-curve",
        sql: `select part, step, loss
from learning_curves
where model = ${quotedText(model)}
order by part, step`
      }
    }),
    html`<p class="small legend">
      <span class="standing"><span style="color: var(--accent)" aria-hidden="true">━</span> training</span>
      ${
        validated.length > 0
          ? html`<span class="standing"
              ><span style="color: var(--worse)" aria-hidden="true">◆</span> validation</span
            >`
          : null
      }
      <span
        >Dashed upright: step ${countText(resultStep)}, whose weights were
        kept.${isWorse ? " They are worse on validation than what the training began with." : ""}</span
      >
    </p>`
  ];
}
