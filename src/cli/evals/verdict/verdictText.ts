import {
  type Comparison,
  correctionNote,
  formatCount,
  scoreName,
  standingOf,
  type Verdict,
  writerOf
} from "../../../evals/decisions/index.js";
import type {RunManifest} from "../../../base/store/index.js";
import {oneLine} from "../../../base/validation/lineText.js";
import {bold, dim, table} from "../../terminal/terminal.js";

/** The verdict table of one run: a sentence, a row a candidate, the warnings. */
export function verdictText(run: RunManifest, verdict: Verdict): string {
  const {number} = writerOf(verdict.scale);
  const cut = run.status === "partial" ? ` · partial: ${run.stopped ?? "interrupted"}` : "";
  const lines = [
    bold(`${run.eval} · ${run.split.name} split`) +
      dim(
        ` · ${run.dataset.name}@${run.dataset.version} · ${run.imported ? answersText(run) : `${formatCount(run.counts.planned)} calls planned`}${cut}`
      ),
    bold(oneLine(verdict.action)),
    ...(verdict.sentence === verdict.action ? [] : [oneLine(verdict.sentence)])
  ];
  const differences = new Map(verdict.comparisons.map((comparison) => [comparison.b, comparison]));
  lines.push(
    table(verdict.summaries, [
      {title: "candidate", text: "name", value: (row) => row.candidate},
      {
        title: scoreName(run.primaryScorer, verdict.figure),
        align: "right",
        value: (row) => (row.mean === undefined ? undefined : number(row.mean))
      },
      {
        title: "95% interval",
        value: (row) => (row.low === undefined ? undefined : `${number(row.low)} to ${number(row.high!)}`)
      },
      {title: "scored", align: "right", value: (row) => `${row.scored}/${row.planned}`},
      {title: "Δ vs best (95% CI)", value: (row) => behind(differences.get(row.candidate), verdict)},
      {
        title: "",
        text: "prose",
        value: (row) =>
          row.candidate === verdict.best ? "best" : resultText(differences.get(row.candidate), verdict)
      }
    ])
  );
  const {winner, cheaper, choice} = verdict;
  if (choice?.reason?.includes("faster") && run.concurrency !== undefined)
    lines.push(
      dim(
        `The latencies were taken with up to ${run.concurrency} requests in flight at each endpoint; \`assay bench\` measures them by load.`
      )
    );
  if (cheaper) lines.push(oneLine(cheaper.sentence));
  if (winner && number(winner.naive) !== number(winner.estimate))
    lines.push(
      dim(
        `${oneLine(sharedRows(run, verdict))}Picking the highest of ${verdict.summaries.filter(({scored}) => scored > 0).length} scores overestimates it (winner's curse). Corrected: ${number(winner.estimate)} (${number(winner.low)} to ${number(winner.high)}).`
      )
    );
  for (const {sentence} of verdict.risks) lines.push(`! ${oneLine(sentence)}`);
  for (const warning of verdict.warnings) lines.push(`! ${oneLine(warning)}`);
  return lines.join("\n");
}

function answersText({counts: {completed, failed, planned}}: RunManifest): string {
  const there = completed + failed;
  return there < planned
    ? `${formatCount(there)} of ${formatCount(planned)} answers`
    : `${formatCount(there)} answers`;
}

/** Whose mean it is and over what, where that is not the mean in the table. */
function sharedRows({status}: RunManifest, {winner, best, summaries, race, scale}: Verdict): string {
  const scored = summaries.find(({candidate}) => candidate === best)?.scored;
  const partial = status === "partial" && !race ? "Of a partial run: " : "";
  if (winner?.rows === scored) return partial;
  return `${partial}on the ${winner!.rows} rows that all candidates share ${best} scored ${writerOf(scale).number(winner!.naive)}. `;
}

/** Who brought the scores here, and what made them. */
export function importedText({by, files}: NonNullable<RunManifest["imported"]>): string {
  const tools = new Set(
    files.map(({tool, version}) => (version === undefined ? tool : `${tool} ${version}`))
  );
  const paths = files.map(({path}) => path);
  const shown =
    paths.length > 3
      ? `${paths.slice(0, 3).join(", ")} and ${paths.length - 3} more files`
      : paths.join(", ");
  return `scores imported by ${by} from ${[...tools].join(", ")} (${shown}): Assay made no call and gave no score.`;
}

/** The candidate minus the best; in a race at the race's own error rate. */
function behind(comparison: Comparison | undefined, {alpha, scale}: Verdict): string {
  if (comparison?.difference === undefined) return "";
  const {difference, low, high} = comparison;
  const level = alpha === 0.05 ? "" : ` at ${Math.round(100 * (1 - alpha))}%`;
  const {number} = writerOf(scale);
  return `${number(-difference)} (${number(-high!)} to ${number(-low!)})${level}`;
}

function resultText(
  comparison: Comparison | undefined,
  {margin, alpha, set, sameWeights = []}: Pick<Verdict, "margin" | "alpha" | "set" | "sameWeights">
): string {
  if (!comparison) return "";
  const twins = sameWeights.find((names) => names.includes(comparison.b)) ?? [];
  if (twins.includes(comparison.a)) return "the same weights as the best";
  if (!set.includes(comparison.b)) return "";
  if (standingOf(comparison, margin, alpha) === "tied") return "tied with best";
  const note = correctionNote(comparison, alpha);
  return note ? `undecided: ${note}` : "undecided";
}
