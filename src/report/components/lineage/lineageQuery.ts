import {quotedText} from "../text/sqlText.js";

/** What each of some records was made from, with how. */
export function lineageQuery(ids: readonly string[]): string {
  return `select made_from, record, kind, name, how
from lineage
where record in (${ids.map(quotedText).join(", ")})
order by kind, name`;
}

/** What the candidates of a run had learned of its rows. */
export function contaminationQuery(run: string): string {
  return `select candidate, clean, near, contaminated, "unknown"
from contamination
where run = ${quotedText(run)}
order by candidate`;
}

/** The files of a model. */
export function filesQuery(model: string): string {
  return `select path, bytes, sha256
from model_files
where model = ${quotedText(model)}
order by path`;
}

/** All that led to a record, and all that was made of it. */
export function relatedQuery(id: string): string {
  return `with recursive up as (
  select made_from, record, how from lineage where record = ${quotedText(id)}
  union select l.made_from, l.record, l.how from lineage l join up on l.record = up.made_from
), down as (
  select made_from, record, how from lineage where made_from = ${quotedText(id)}
  union select l.made_from, l.record, l.how from lineage l join down on l.made_from = down.record
)
select 'ancestor' as relation, made_from, record, how from up
union select 'descendant', made_from, record, how from down
order by relation, made_from, record`;
}
