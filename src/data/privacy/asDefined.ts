import {type DatasetDefinition, isAnswers, type Sensitivity} from "../datasets/index.js";
import {strictest} from "../datasets/strictest.js";
import type {VersionManifest} from "../../base/store/index.js";
import {readSensitivity} from "./privacyCheck.js";

const ORDER: readonly Sensitivity[] = ["public", "internal", "personal"];

/**
 * A version as who sends or shows its rows must take it: the stricter `sensitivity` and `publish` of what it says and of what
 * its dataset's definition says now, which may have been changed since the pull. The version itself where none is given.
 */
export function asDefined(
  version: VersionManifest,
  definition: (Pick<DatasetDefinition, "sensitivity" | "publish"> & {source?: unknown}) | undefined
): VersionManifest {
  if (!definition) return version;
  const {publish, source} = definition;
  // Answers are as sensitive as the rows that were asked about, which their version says.
  const {sensitivity = isAnswers(source) ? version.sensitivity : undefined} = definition;
  const rank = (stated: unknown) => ORDER.indexOf(readSensitivity(stated));
  return {
    ...version,
    sensitivity: rank(sensitivity) > rank(version.sensitivity) ? sensitivity : version.sensitivity,
    publish: version.publish === undefined ? publish : strictest(version.publish, publish)
  };
}
