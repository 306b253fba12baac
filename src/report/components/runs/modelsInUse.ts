import {html} from "htl";
import type {HistoryData, KeptEntry} from "../../site/historyTypes.js";
import {linkTo} from "../address/address.js";
import {dataTable} from "../tables/dataTable.js";
import {nothing, type PageContent, section} from "../text/elements.js";
import {pluralText, time} from "../text/format.js";

/** Which models the distillations kept from version to version of their data, and why; nothing where none was judged. */
export function modelsInUse({kept}: Pick<HistoryData, "kept">): PageContent {
  if (kept.length === 0) return nothing();
  return section(
    "Models in use",
    dataTable(
      kept,
      [
        {name: "Distillation", heading: true, value: ({distillation}) => distillation},
        {name: "Judged", value: ({at}) => time(at)},
        {name: "Version", value: ({version}) => version.slice(0, 8)},
        {name: "Outcome", value: ({outcome}) => OUTCOMES[outcome]},
        {name: "In use from then on", value: inUse},
        {name: "Why", wide: true, value: ({sentence}) => sentence}
      ],
      {
        caption: "Models that distillations keep in use, the newest verdict first",
        made: {
          what: "What each distillation decided on a version of its data.",
          n: pluralText(kept.length, "verdict"),
          term: "distillation",
          sql: "select *\nfrom models_in_use\norder by judged_at desc"
        }
      }
    )
  );
}

const OUTCOMES: Record<KeptEntry["outcome"], string> = {
  first: "first",
  kept: "stays",
  replaced: "replaced",
  none: "teacher"
};

function inUse({kept}: KeptEntry): PageContent {
  if (!kept) return "the teacher";
  const shown = `${kept.student} ${kept.model.slice(0, 8)}`;
  return html`<a href=${linkTo("./lineage", {record: kept.model})}>${shown}</a>`;
}
