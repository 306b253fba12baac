import {readdir, readFile} from "node:fs/promises";
import {join} from "node:path";
import {formatCount} from "../../../evals/decisions/points.js";
import {writerOf} from "../../../evals/decisions/scoreScale.js";
import {importedFrom} from "../importedFrom.js";
import type {RunView, VerdictsData} from "../types.js";

/**
 * The first page with the verdicts in it for browsers that run no script: each eval's action, sentence, table and risks. Without
 * verdicts the page stays as it is.
 */
export async function withVerdictText(dist: string, html: string): Promise<string> {
  const verdicts = await verdictsOf(dist);
  if (!verdicts || verdicts.runs.length === 0) return html;
  const text = `<noscript><div id="verdicts">${verdicts.runs.map(runText).join("\n")}</div></noscript>`;
  return html.replace(/(<main\b[^>]*>)/, (start) => `${start}\n${text}`);
}

async function verdictsOf(dist: string): Promise<VerdictsData | undefined> {
  const folder = join(dist, "_file", "data");
  const name = (await readdir(folder).catch(() => [])).find((file) => /^verdicts\.[\w-]*\.?json$/.test(file));
  return name === undefined
    ? undefined
    : (JSON.parse(await readFile(join(folder, name), "utf8")) as VerdictsData);
}

function runText(run: RunView): string {
  const {title, split, dataset, verdict, rows, imported} = run;
  const {number: write} = writerOf(verdict.scale);
  const unit = verdict.scale === "proportion" ? "%" : "";
  const number = (value: number | undefined) => (value === undefined ? "–" : write(value) + unit);
  const interval = (low: number | undefined, high: number | undefined) =>
    low === undefined || high === undefined ? "–" : `${number(low)} to ${number(high)}`;
  const lines = verdict.summaries.map(
    ({candidate, mean, low, high, scored}) =>
      `<tr><th scope="row">${escaped(candidate)}</th><td>${number(mean)}</td><td>${interval(low, high)}</td><td>${formatCount(scored)}</td></tr>`
  );
  const level = Math.round(100 * (1 - verdict.alpha));
  const marks = [
    run.status === "partial" && !verdict.race ? "partial run" : undefined,
    imported && "imported scores"
  ].filter((mark) => mark !== undefined);
  const against = [...verdict.risks.map(({sentence}) => sentence), ...verdict.warnings];
  return `<section class="part"><h2>${escaped([`${title}, split ${split.name}`, ...marks].join(", "))}</h2>
<p>${escaped(verdict.action)} ${escaped(verdict.sentence)}</p>
${imported ? `<p>${escaped(importedFrom(imported))}</p>` : ""}
<table><caption>Scores on ${formatCount(rows)} rows of ${escaped(dataset.name)}</caption>
<thead><tr><th scope="col">Candidate</th><th scope="col">Mean</th><th scope="col">${level}% interval</th><th scope="col">Rows scored</th></tr></thead>
<tbody>${lines.join("")}</tbody></table>
${against.length > 0 ? `<h3>Before you trust it</h3><ul>${against.map((one) => `<li>${escaped(one)}</li>`).join("")}</ul>` : ""}</section>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
