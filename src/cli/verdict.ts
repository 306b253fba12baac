import {points, type Verdict} from "../decisions/index.js";
import type {RunManifest} from "../store/index.js";
import {bold, dim, table} from "./terminal.js";

/** The verdict table of one run: a sentence, a row a candidate, the warnings. */
export function verdictText(run: RunManifest, verdict: Verdict): string {
  const cut = run.status === "partial" ? ` · partial: ${run.stopped ?? "interrupted"}` : "";
  const lines = [
    bold(`${run.eval} · ${run.split.name} split`) +
      dim(` · ${run.dataset.name}@${run.dataset.version} · ${run.counts.planned} calls planned${cut}`),
    verdict.sentence
  ];
  const differences = new Map(verdict.comparisons.map((comparison) => [comparison.b, comparison]));
  lines.push(
    table(verdict.summaries, [
      {title: "candidate", value: (row) => row.candidate},
      {
        title: run.primaryScorer,
        align: "right",
        value: (row) => (row.mean === undefined ? undefined : points(row.mean))
      },
      {
        title: "95% interval",
        value: (row) => (row.low === undefined ? undefined : `${points(row.low)} to ${points(row.high!)}`)
      },
      {title: "scored", align: "right", value: (row) => `${row.scored}/${row.planned}`},
      {title: "below the best", value: (row) => behind(differences.get(row.candidate))},
      {
        title: "",
        value: (row) =>
          verdict.set.includes(row.candidate) ? (verdict.kind === "pick" ? "pick" : "in the lead") : ""
      }
    ])
  );
  const {winner, sensitivity, cheaper} = verdict;
  if (cheaper) lines.push(cheaper.sentence);
  if (winner && winner.naive - winner.estimate >= 0.0005)
    lines.push(
      dim(
        `The best of ${verdict.summaries.length} looks better than it is: ${points(winner.estimate)} (${points(winner.low)} to ${points(winner.high)}) is likelier than ${points(winner.naive)}.`
      )
    );
  if (sensitivity) lines.push(`! ${sensitivity.sentence}`);
  for (const warning of verdict.warnings) lines.push(`! ${warning}`);
  return lines.join("\n");
}

function behind(comparison: Verdict["comparisons"][number] | undefined): string {
  if (comparison?.difference === undefined) return "";
  return `${points(comparison.difference)} (${points(comparison.low!)} to ${points(comparison.high!)})`;
}
