import type {SplitManifest} from "../store/index.js";
import type {SplitMeasures} from "./measure.js";

/** Which measures these are; splits measured by an older edition are measured again. */
export const MEASURES_EDITION = 4;

/** What was measured of a split, as it is measured today; nothing when an older edition measured it. */
export function currentMeasures({measures}: Pick<SplitManifest, "measures">): Partial<SplitMeasures> {
  return measures.edition === MEASURES_EDITION ? (measures as Partial<SplitMeasures>) : {};
}

/** Whether a split lacks measures that there are by now, or that another machine could take: those of meaning. */
export function lacksMeasures(split: Pick<SplitManifest, "measures">): boolean {
  const {edition, embeddingMissing} = currentMeasures(split);
  return edition === undefined || embeddingMissing !== undefined;
}
