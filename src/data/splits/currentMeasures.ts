import {moduleVersion} from "../../base/fingerprint/index.js";
import type {SplitManifest} from "../../base/store/index.js";
import type {SplitMeasures} from "./measure.js";

/** The version of the code that measures; splits that other code measured are measured again. */
export function measuresEdition(): string {
  return moduleVersion(new URL("./measure.js", import.meta.url).href);
}

/** What was measured of a split, as it is measured today; nothing when an older edition did, or rows were erased since. */
export function currentMeasures({measures}: Pick<SplitManifest, "measures">): Partial<SplitMeasures> {
  return measures.edition === measuresEdition() ? (measures as Partial<SplitMeasures>) : {};
}

/** Whether a split lacks measures that there are by now, or that another machine could take: those of meaning. */
export function lacksMeasures(split: Pick<SplitManifest, "measures">): boolean {
  const {edition, embeddingMissing} = currentMeasures(split);
  return edition === undefined || embeddingMissing !== undefined;
}
