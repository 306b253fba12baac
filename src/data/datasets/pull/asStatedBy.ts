import type {DatasetDefinition, Sensitivity} from "../define.js";
import type {SourceRelation} from "../sources/index.js";
import {strictest} from "../strictest.js";

const ORDER: readonly Sensitivity[] = ["public", "internal", "personal"];

/** A definition with what its source says of the rows where it says nothing itself, and no less strict than that. */
export function asStatedBy({stated}: SourceRelation, definition: DatasetDefinition): DatasetDefinition {
  if (!stated) return definition;
  const {sensitivity = "internal", publish} = stated;
  const own = definition.sensitivity ?? sensitivity;
  return {
    // The definition's SQL may make other columns.
    ...(definition.sql === undefined ? stated : {licence: stated.licence}),
    ...definition,
    sensitivity: ORDER.indexOf(own) > ORDER.indexOf(sensitivity) ? own : sensitivity,
    publish: publish === undefined ? definition.publish : strictest(publish, definition.publish)
  };
}
