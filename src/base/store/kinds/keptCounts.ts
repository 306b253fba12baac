import {type CorpusFigure, corpusMembers} from "../../stats/index.js";
import {sqlString} from "../duckdb.js";
import type {RunManifest} from "../records/run.js";

/**
 * SQL of what stays of a score's details where all that was said in words goes: the counts that the corpus figure of these
 * runs' scorers is made of, so that it stays what it was, and whether a judge chose the same in both orders. A score that failed
 * may have words in their place.
 * @param label SQL of what a label is shown as; without it a figure of labels keeps nothing, and the row is none of its rows
 */
export function keptCounts(
  runs: readonly Pick<RunManifest, "id" | "scorers">[],
  label?: (of: string) => string
): string {
  const cases = runs.flatMap(({id, scorers}) =>
    scorers.flatMap(({name, corpus, judge}) => {
      const kept = corpus ? countsOf(corpus, label) : judge && AGREE;
      return kept === undefined
        ? []
        : [`when run = ${sqlString(id)} and scorer = ${sqlString(name)} and status = 'scored' then ${kept}`];
    })
  );
  return cases.length === 0 ? "cast(null as VARCHAR)" : `case ${cases.join(" ")} end`;
}

/** A judge's own word may stand there in a scorer of yours: only true and false are kept. */
const AGREE = `case when json_type(details, '$.agree') = 'BOOLEAN' then json_object('agree', json_extract(details, '$.agree'))::varchar end`;

function countsOf(figure: CorpusFigure, label?: (of: string) => string): string | undefined {
  const isText = corpusMembers(figure).includes("expected");
  if (isText && !label) return undefined;
  const members = corpusMembers(figure).map((member) => {
    const path = sqlString(`$."${member}"`);
    const value = isText ? label!(`json_extract_string(details, ${path})`) : `json_extract(details, ${path})`;
    return `${sqlString(member)}, ${value}`;
  });
  return `json_object(${members.join(", ")})::varchar`;
}
