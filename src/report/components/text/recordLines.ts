import {html} from "htl";
import {type PageContent, hash} from "./elements.js";

/** A record, a line for each value that is not null: hashes in short, and the models of a cascade or a reranked candidate as a list. */
export function recordLines(record: object): PageContent {
  const entries = Object.entries(record).filter(([, value]) => value !== null);
  if (entries.length === 0) return "–";
  return html`<span
    >${entries.map(([name, value]) => html`<div>${name}: ${recordValue(value)}</div>`)}</span
  >`;
}

function recordValue(value: unknown): PageContent {
  const models = typeof value === "string" ? modelsIn(value) : undefined;
  if (models)
    return html`<ol>
      ${models.map((one) => html`<li>${recordLines(one)}</li>`)}
    </ol>`;
  if (typeof value === "string") return /^[0-9a-f]{32,}$/.test(value) ? hash(value) : value;
  const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
  return isRecord ? html`<div class="inner">${recordLines(value)}</div>` : JSON.stringify(value);
}

/** An identity's values are texts: that of several models is the JSON of their list. */
function modelsIn(text: string): object[] | undefined {
  if (!text.startsWith("[{")) return undefined;
  try {
    return JSON.parse(text) as object[];
  } catch {
    return undefined;
  }
}
