import {html} from "htl";
import {runRecord} from "../address/address.js";
import type {PurgeView} from "../../site/types.js";
import {dataTable} from "../tables/dataTable.js";
import {type PageContent, hash} from "../text/elements.js";
import {erasuresQuery} from "./dataQueries.js";
import {countText, pluralText, time} from "../text/format.js";

/** Every erasure of rows: when, why, how many, and what it touched. */
export function purges(dataset: string, all: readonly PurgeView[]): PageContent {
  return [
    dataTable(
      all,
      [
        {name: "When (UTC)", heading: true, value: ({at}) => time(at)},
        {name: "Why", wide: true, value: ({reason}) => reason},
        {name: "Rows", numeric: true, value: ({rows}) => countText(rows)},
        {
          name: "In versions",
          value: ({versions}) =>
            versions.length === 0
              ? "none"
              : versions.map(({id, rows}) => html`<div>${hash(id)}: ${countText(rows)}</div>`)
        },
        {
          name: "In runs",
          value: ({runs}) =>
            runs.length === 0
              ? "none"
              : runs.map(
                  ({id, rows}) => html`<div><a href=${runRecord(id)}>${id}</a>: ${countText(rows)}</div>`
                )
        }
      ],
      {
        caption: "Rows erased, the latest erasure first",
        made: {
          what: "Rows that were erased, with the versions and runs that had them.",
          n: pluralText(all.length, "erasure"),
          term: "version",
          sql: erasuresQuery(dataset)
        }
      }
    ),
    html`<p class="small">
      The rows are gone from every version and from what the runs asked and answered; the runs' scores still
      count them. A salted hash of each keeps it from coming back with the next pull.
    </p>`
  ];
}
