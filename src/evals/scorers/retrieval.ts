import {isObject} from "../../base/validation/isObject.js";
import {parseJsonOutput} from "./parseJsonOutput.js";
import {references} from "./references.js";
import {checkOptions, numberOption, oneOfOption, required, text} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import type {Scorer} from "./types.js";

export interface RetrievalOptions {
  measure: "recall" | "mrr" | "ndcg" | "map";
  /** How many of the first that were found count. Default: all. */
  k?: number;
  /** The member of a JSON answer that lists what was found. Default: the answer is the list. */
  member?: string;
}

/**
 * What a retrieval found, against what it should find. The answer is a JSON list, best first, of ids or contexts, or of
 * `{id, score}` (or `{text, score}`) in any order. Equal scores are ordered as by trec_eval: the later id first. Of something found twice
 * the first place counts. Expected is an id, a list, or an object of ids with grades, where 0 is not relevant. "ndcg" has
 * the grades as gains. White space in contexts does not matter. An answer that is no such list is 0.
 *
 * @example `await retrieval({measure: "mrr"})({output: '["d3", "d1", "d2"]', expected: ["d1"]})` gives `{value: 0.5, details: {ranks: [2], relevant: 1}}`
 */
export function retrieval(options: RetrievalOptions): Scorer {
  checkOptions<RetrievalOptions>("retrieval", options, {
    measure: required(oneOfOption("recall", "mrr", "ndcg", "map")),
    k: numberOption({least: 1, whole: true}),
    member: text
  });
  const {measure, k = Infinity, member} = options;
  const score: Scorer = ({output, expected}) => {
    const grades = gradesOf(expected);
    if (!grades) return {failed: NOTHING_RELEVANT};
    const found = foundIn(output, member).slice(0, k);
    const hits = found.flatMap((id, i) => (grades.has(id) ? [{rank: i + 1, gain: grades.get(id)!}] : []));
    const details = {ranks: hits.map(({rank}) => rank), relevant: grades.size};
    if (measure === "mrr") return {value: hits.length > 0 ? 1 / hits[0]!.rank : 0, details};
    if (measure === "recall") return {value: hits.length / grades.size, details};
    if (measure === "map")
      return {value: hits.reduce((sum, {rank}, i) => sum + (i + 1) / rank, 0) / grades.size, details};
    const ideal = [...grades.values()].sort((a, b) => b - a).slice(0, k);
    return {value: discounted(hits) / discounted(ideal.map((gain, i) => ({rank: i + 1, gain}))), details};
  };
  return withSettings(
    score,
    {measure, k: k === Infinity ? null : k, member: member ?? null},
    {
      module: import.meta.url,
      check: (expected) => (gradesOf(expected) ? undefined : NOTHING_RELEVANT),
      binary: false
    }
  );
}

const NOTHING_RELEVANT =
  "the row's expected value names nothing relevant: it must be an id, a list of ids, or an object of ids with grades";

function discounted(hits: readonly {rank: number; gain: number}[]): number {
  return hits.reduce((sum, {rank, gain}) => sum + gain / Math.log2(rank + 1), 0);
}

/** What is relevant, with its grade; a JSON text counts as what it holds. */
function gradesOf(expected: unknown): Map<string, number> | undefined {
  const parsed = typeof expected === "string" ? parseJsonOutput(expected)?.value : undefined;
  const wanted = typeof parsed === "object" && parsed !== null ? parsed : expected;
  const grades = isObject(wanted)
    ? Object.entries(wanted)
    : references(wanted)?.map((id): [string, unknown] => [id, 1]);
  if (!grades?.every((one): one is [string, number] => typeof one[1] === "number" && Number.isFinite(one[1])))
    return undefined;
  const relevant = new Map(grades.filter(([, grade]) => grade > 0).map(([id, grade]) => [plain(id), grade]));
  return relevant.size > 0 ? relevant : undefined;
}

function foundIn(output: string, member: string | undefined): string[] {
  const value = parseJsonOutput(output)?.value;
  const list =
    member !== undefined && isObject(value) ? (new Map(Object.entries(value)).get(member) ?? []) : value;
  if (!Array.isArray(list)) return [];
  const items = list.flatMap((item: unknown) => {
    const scored = isObject(item) ? item : {id: item};
    const id = scored.id ?? scored.text;
    if (typeof id !== "string" && typeof id !== "number") return [];
    return [{id: plain(String(id)), score: typeof scored.score === "number" ? scored.score : undefined}];
  });
  if (items.length > 0 && items.every(({score}) => score !== undefined))
    items.sort((a, b) => b.score! - a.score! || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0));
  return [...new Set(items.map(({id}) => id))];
}

const plain = (text: string) => text.replace(/\s+/g, " ").trim();
