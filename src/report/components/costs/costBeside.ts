import {html} from "htl";
import {sideModelText} from "../../../base/costs/index.js";
import type {CostsData} from "../../site/costTypes.js";
import {dataTable} from "../tables/dataTable.js";
import {furtherSection, type PageContent} from "../text/elements.js";
import {countText, dollars, pluralText} from "../text/format.js";
import {sideCallsQuery} from "../runs/runQueries.js";

/** What was asked beside the rows, by scorers and before the first row, and what that cost. */
export function costBeside({run, beside, besideFailed}: CostsData): PageContent {
  if (beside.length + besideFailed.length === 0) return null;
  return furtherSection(
    "Asked beside the rows",
    html`<p>
      Scorers ask judges and encoders, and before the first row each endpoint is asked whether it is ready.
      What that cost the run is in no figure above. ${besideFailed.map((one) => `${one}. `)}
    </p>`,
    dataTable(
      beside,
      [
        {
          name: "Model",
          heading: true,
          value: ({model, endpoint}) => html`<span>${model}<small>${endpoint}</small></span>`
        },
        {name: "Asked by", value: ({by}) => (by === "scorers" ? "scorers" : "asked whether it is ready")},
        {name: "Answers", numeric: true, value: ({answers}) => countText(answers)},
        {name: "Cost", wide: true, value: (one) => sideModelText(one, dollars)}
      ],
      {
        caption: "Calls beside those to the run's rows",
        cards: true,
        made: {
          what: "What each model was asked beside the rows, and what that cost.",
          n: pluralText(beside.length, "model"),
          term: "cost",
          sql: sideCallsQuery(run),
          run
        }
      }
    )
  );
}
