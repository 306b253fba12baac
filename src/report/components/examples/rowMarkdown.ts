import type {AnswerDetail, RowDetail, ShownText} from "../../site/detailTypes.js";
import type {RunView} from "../../site/types.js";
import {scorerFormat} from "../text/format.js";

/** A row as this page shows it, for a message or a ticket. */
export function rowMarkdown(run: RunView, detail: RowDetail, address: string): string {
  const {id, expected, slices, prompts, answers} = detail;
  const facts = [
    `Run ${run.id}, ${run.dataset.name}`,
    ...Object.entries(slices).map(([name, value]) => `${name}: ${value}`)
  ];
  return [
    `## Row [${id.replace(/[\\[\]]/g, "\\$&")}](${address})`,
    facts.join("  \n"),
    ...prompts.flatMap(({variant, messages}) =>
      (messages ?? []).map(
        (message) =>
          `**${message.role}${prompts.length > 1 ? `, ${variant}` : ""}**\n\n${fenced(whole(message))}`
      )
    ),
    expected && `**Expected**\n\n${fenced(whole(expected))}`,
    ...answers.map((answer) => answerMarkdown(run, answer))
  ]
    .filter(Boolean)
    .join("\n\n")
    .concat("\n");
}

function answerMarkdown(run: RunView, {candidate, repeat, output, toolCalls, failed, scores}: AnswerDetail) {
  const told = scores.map(
    (one) =>
      `${one.scorer}: ${one.value === undefined ? (one.failed ?? "no score") : scorerFormat(run, one.scorer).score(one.value)}`
  );
  const said = failed ?? [output, toolCalls].flatMap((part) => (part ? [whole(part)] : [])).join("\n");
  const name = `**${candidate}${repeat > 0 ? `, repeat ${repeat + 1}` : ""}**`;
  return `${name} ${told.join(", ")}\n\n${fenced(said)}`;
}

const whole = ({text, cut}: ShownText) => (cut ? `${text} … cut` : text);

/** As a block whose fence no line of the text closes. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}
