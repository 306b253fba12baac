import {html} from "htl";
import type {RunView} from "../../site/types.js";
import {badge, type BadgeKind, type PageContent} from "../text/elements.js";
import {countText} from "../text/format.js";

const KIND: Record<RunView["gates"][number]["status"], BadgeKind> = {
  pass: "good",
  fail: "bad",
  undecided: "open"
};

/** Whether a run passes the gate that its eval states: a count, and every rule with what was found. */
export function gateLine({gates}: RunView): PageContent {
  if (gates.length === 0) return null;
  const count = (wanted: string) => gates.filter(({status}) => status === wanted).length;
  const [failed, open] = [count("fail"), count("undecided")];
  const status = failed > 0 ? "fail" : open > 0 ? "undecided" : "pass";
  const word = {pass: "Gates pass", fail: "Gates fail", undecided: "Gates undecided"}[status];
  const counts = [`${count("pass")} of ${countText(gates.length)}`];
  if (failed > 0) counts.push(`${failed} ${failed === 1 ? "fails" : "fail"}`);
  if (open > 0) counts.push(`${open} undecided`);
  return html`<details class="gates">
    <summary>${badge(word, KIND[status])} ${counts.join(", ")}</summary>
    <ul>
      ${gates.map(
        (gate) =>
          html`<li>
            ${badge(gate.status, KIND[gate.status])} ${gate.candidate}, ${gate.rule}: ${gate.message}
          </li>`
      )}
    </ul>
  </details>`;
}
