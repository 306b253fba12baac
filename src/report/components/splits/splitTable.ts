import type {SplitManifest, SplitsView} from "../../site/types.js";
import {SHIFT_ALPHA, SLIGHT_SHIFT, STRONG_SHIFT} from "../../../base/stats/shift.js";
import {html} from "htl";
import {type PageContent, hash} from "../text/elements.js";
import {countText, pluralText, percentText} from "../text/format.js";
import {measuresQuery} from "./splitQueries.js";
import {type GroupedColumn, groupedTable, type RowGroup} from "../tables/groupedTable.js";
import {closeness, leakOf, LEAKS, measuredNumber, standing, whyMissing} from "./splitMeasures.js";
import {splitNaming} from "./leakagePlot.js";
import {chance} from "../data/versions.js";

interface SplitTableLine {
  name: string;
  note?: string;
  of(split: SplitManifest): PageContent;
}

/** The splits of a version in columns, what was measured of each in lines. */
export function splitTable(view: SplitsView): HTMLElement {
  const named = splitNaming(view.splits);
  const columns: GroupedColumn<SplitTableLine>[] = [
    {
      name: "Split",
      heading: true,
      pinned: true,
      value: ({name, note}) => html`<span>${name}${note ? html`<small>${note}</small>` : null}</span>`
    },
    ...view.splits.map((split) => ({
      name: named(split),
      note: split.id === view.choice?.split ? standing(view) : undefined,
      numeric: true,
      value: (line: SplitTableLine) => line.of(split)
    }))
  ];
  const groups: RowGroup<SplitTableLine>[] = [
    {heading: "Rows", rows: partLines(view)},
    {heading: "Test rows with a match in training", rows: leakLines(view)},
    {heading: "Test rows against training rows", rows: driftLines(view)},
    {heading: "How it was made", rows: originLines(view)}
  ];
  return groupedTable(groups, columns, {
    caption: "Splits of one version side by side",
    cards: true,
    filter: false,
    made: {
      what: "Rows of each part, test rows with a match in training, and how far the classes of both parts lie apart.",
      n: pluralText(view.version.rows, "row"),
      term: "split",
      sql: measuresQuery(view)
    }
  });
}

const PARTS = ["train", "validation", "test", "held-out", "unused"];

function partLines({splits}: SplitsView): SplitTableLine[] {
  const total = (split: SplitManifest) => Object.values(split.counts).reduce((sum, rows) => sum + rows, 0);
  return PARTS.filter((part) => splits.some(({counts}) => counts[part])).map((part) => ({
    name: part,
    of: (split) => {
      const rows = split.counts[part] ?? 0;
      return withNote(countText(rows), percentText(rows / total(split)));
    }
  }));
}

function leakLines(view: SplitsView): SplitTableLine[] {
  const lines = LEAKS.map(({measure, name, what, role}): SplitTableLine => {
    const measured = view.splits.some((split) => leakOf(split, measure));
    return {
      name,
      note: measure === "embeddingLeakage" ? closeness(view) : measured ? what : whyMissing(view, role),
      of: (split) => {
        const leak = leakOf(split, measure);
        if (!leak) return measured ? withNote("–", "not measured") : "–";
        const error = leak.standardError === undefined ? "" : ` ± ${percentText(leak.standardError)}`;
        return withNote(percentText(leak.share) + error, `${countText(leak.rows)} of ${countText(leak.of)}`);
      }
    };
  });
  return [
    ...lines,
    ...longLine(view),
    numberLine(view, "similarityLeakage", "text", "Similarity across parts", "of all similarity, from 0 to 1")
  ];
}

/** How many test rows are long enough to share 13 words: a share of none over short texts proves nothing. */
function longLine({splits}: SplitsView): SplitTableLine[] {
  const long = ({measures}: SplitManifest) => (measures.ngramLeakage as {long?: number} | undefined)?.long;
  if (splits.every((split) => long(split) === undefined)) return [];
  return [
    {
      name: "Of 13 words or more",
      note: "shorter rows cannot share them",
      of: (split) => {
        const rows = long(split);
        const test = split.counts.test ?? 0;
        return rows === undefined || test === 0
          ? "–"
          : withNote(percentText(rows / test), `${countText(rows)} of ${countText(test)}`);
      }
    }
  ];
}

function driftLines(view: SplitsView): SplitTableLine[] {
  return [
    {
      name: "Chi-square p",
      note: view.roles.label ? "of the test that the class shares are equal" : whyMissing(view, "label"),
      of: ({measures}) => chance((measures.labelChiSquared as {p?: number} | undefined)?.p)
    },
    numberLine(
      view,
      "labelPsi",
      "label",
      "PSI of classes",
      `${SLIGHT_SHIFT} slight, ${STRONG_SHIFT} strong where p is below ${SHIFT_ALPHA}`
    ),
    numberLine(view, "labelJensenShannon", "label", "Jensen–Shannon distance", "from 0 to 1"),
    {
      name: "Largest class gap",
      note: view.roles.label ? "points of one class's share" : whyMissing(view, "label"),
      of: (split) => {
        const gap = measuredNumber(split, "labelGap");
        return gap === undefined ? "–" : (100 * gap).toFixed(1);
      }
    },
    {
      name: "Distance of mean embeddings",
      note: view.splits.some(({measures}) => measures.embeddingDistance)
        ? "from 0 to 2, and by chance"
        : closeness(view),
      of: ({measures}) => {
        const found = measures.embeddingDistance as {distance: number; byChance: number} | undefined;
        return found
          ? withNote(found.distance.toFixed(3), `chance ${found.byChance.toFixed(3)}`)
          : withNote("–", "not measured");
      }
    }
  ];
}

function originLines({splits}: SplitsView): SplitTableLine[] {
  const settings = [...new Set(splits.flatMap((split) => Object.keys(split.settings)))].filter((name) =>
    splits.some((split) => split.settings[name] !== undefined)
  );
  return [
    {name: "Strategy", of: ({strategy}) => strategy},
    ...settings.map((name) => ({
      name: name === "near" ? "Near-duplicates from" : `Asked for: ${name}`,
      of: (split: SplitManifest) => setting(split.settings[name])
    })),
    {name: "Seed", of: ({seed}) => seed},
    {name: "Id", of: ({id}) => hash(id)}
  ];
}

function setting(value: unknown): string {
  if (value === undefined) return "–";
  if (typeof value === "object" && value !== null)
    return Object.entries(value)
      .filter(([, one]) => one !== false)
      .map(([name, one]) => (name === "threshold" ? String(one) : `${name} ${String(one)}`))
      .join(", ");
  return String(value);
}

function numberLine(
  view: SplitsView,
  measure: string,
  role: "text" | "label",
  name: string,
  what: string
): SplitTableLine {
  const measured = view.splits.some((split) => measuredNumber(split, measure) !== undefined);
  return {
    name,
    note: measured ? what : whyMissing(view, role),
    of: (split) => measuredNumber(split, measure)?.toFixed(3) ?? "–"
  };
}

function withNote(value: string, note: string): PageContent {
  return html`<span>${value}<small>${note}</small></span>`;
}
