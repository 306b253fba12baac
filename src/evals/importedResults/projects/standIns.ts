import {memberOf} from "../../../base/validation/memberOf.js";
import {
  bleu,
  chrf,
  exactMatch,
  includes,
  normalizedMatch,
  numeric,
  rouge,
  type ScoreInput,
  type Scorer,
  tokenF1
} from "../../scorers/index.js";
import type {CombinedResults} from "../combine.js";
import type {ForeignProject} from "./types.js";

interface StandIn {
  code: string;
  imports: string[];
  scorer: Scorer;
  /** How it differs by design. */
  near?: string;
}

const anywhere: StandIn = {
  code: "includes({ignoreCase: true})",
  imports: ["includes"],
  scorer: includes({ignoreCase: true})
};
const normalized: StandIn = {
  code: "normalizedMatch()",
  imports: ["normalizedMatch"],
  scorer: normalizedMatch()
};
const number: StandIn = {code: "numeric()", imports: ["numeric"], scorer: numeric()};

/** Inspect's scorers and lm-eval's metrics by name, and what may stand for them here, the likeliest first. */
const STAND_INS: Readonly<Record<string, readonly StandIn[]>> = {
  exact: [{...normalized, near: "exact normalises a little differently"}],
  match: [
    {
      ...anywhere,
      near: "match looks at the end (or the beginning) of the output, includes anywhere"
    },
    number
  ],
  includes: [anywhere],
  f1: [{code: "tokenF1", imports: ["tokenF1"], scorer: tokenF1}],
  exact_match: [{code: "exactMatch", imports: ["exactMatch"], scorer: exactMatch}, normalized, number],
  bleu: [{code: "bleu()", imports: ["bleu"], scorer: bleu()}],
  chrf: [{code: "chrf()", imports: ["chrf"], scorer: chrf()}],
  rougeL: [{code: 'rouge({type: "rougeL"})', imports: ["rouge"], scorer: rouge({type: "rougeL"})}]
};

/** One that gives more of the log's answers another score is no stand-in. */
const MOST_DIFFERING = 0.05;
const SAME = 0.005;

/**
 * What stands for a log's scorers: of those known by the name the one that gives the outputs to replay the log's scores. What
 * has none is told in `dropped`; an eval needs a scorer, and where there is no other one holds its place.
 */
export async function standInsOf(
  combined: CombinedResults,
  tool: string
): Promise<{scorers: ForeignProject["scorers"]; dropped: string[]}> {
  const dropped: string[] = [];
  const scorers: ForeignProject["scorers"] = [];
  const replayed = tool === "lm-eval" ? filterOf(combined.scorers[0]!.name) : undefined;
  for (const {name} of combined.scorers) {
    const known = memberOf(STAND_INS, name.split(",")[0]!);
    if (!known) dropped.push(`scorer ${name}: has no counterpart; ${ELSEWHERE}`);
    else if (tool === "lm-eval" && filterOf(name) !== replayed)
      dropped.push(`scorer ${name}: the outputs to replay are those of the filter ${replayed}; ${ELSEWHERE}`);
    else {
      const {code, imports, near, differing, compared} = await nearestStandIn(known, name, combined);
      const count = `another score than the log on ${differing} of ${compared} answers`;
      if (differing > MOST_DIFFERING * compared) {
        dropped.push(`scorer ${name}: ${code} gives ${count}; ${ELSEWHERE}`);
        continue;
      }
      scorers.push({name: name.replaceAll(/\W+/g, "_"), code, imports});
      const notes = [near ?? "", differing > 0 ? `it gives ${count}` : ""].filter(Boolean);
      if (notes.length > 0) dropped.push(`scorer ${name}: ${code} stands for it; ${notes.join("; ")}`);
    }
  }
  if (scorers.length > 0) return {scorers, dropped};
  const {code, imports} = normalized;
  dropped.push(`the eval's scorer exact: ${code} only holds its place, since no scorer was taken over`);
  return {scorers: [{name: "exact", code, imports}], dropped};
}

const ELSEWHERE = "its scores are in the imported eval";

const filterOf = (scorer: string) => scorer.split(",")[1];

/** The one that differs from the log on the fewest answers; the first of equals. */
async function nearestStandIn(known: readonly StandIn[], scorer: string, combined: CombinedResults) {
  const found = [];
  for (const one of known) found.push({...one, ...(await differing(one.scorer, scorer, combined))});
  return found.reduce((best, one) => (one.differing < best.differing ? one : best));
}

async function differing(standIn: Scorer, name: string, {rows, answers}: CombinedResults) {
  const expected = new Map(rows.map((row) => [row.id, row.expected]));
  const counts = {differing: 0, compared: 0};
  for (const {row: id, output, scores} of answers) {
    const logged = scores.find(({scorer}) => scorer === name)?.value;
    if (output === undefined || logged === undefined) continue;
    const given = await valueOf(standIn, {output, expected: expected.get(id) ?? null, row: {id}});
    counts.compared++;
    if (given === undefined || Math.abs(given - logged) > SAME) counts.differing++;
  }
  return counts;
}

async function valueOf(
  scorer: Scorer,
  {output, ...asked}: Pick<ScoreInput, "output" | "expected" | "row">
): Promise<number | undefined> {
  const completion = {text: output, finishReason: "stop", latencyMs: 0, attempts: 1};
  const given = await scorer({output, ...asked, completion, messages: []});
  if (typeof given !== "object") return Number(given);
  return "failed" in given ? undefined : given.value;
}
