import {listNames} from "../../evals/decisions/points.js";
import type {RunManifest} from "../../base/store/index.js";

/** Who brought a run's scores here and which tools made them; for pages, in a sentence. */
export function importedFrom({by, files}: NonNullable<RunManifest["imported"]>): string {
  const tools = new Set(
    files.map(({tool, version}) =>
      version === undefined ? `${tool} (version not stated)` : `${tool} ${version}`
    )
  );
  return `Scores imported by ${by} from ${listNames([...tools])}: Assay made no call and gave no score.`;
}
