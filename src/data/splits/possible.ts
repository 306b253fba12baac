import type {VersionManifest} from "../../base/store/index.js";
import type {SplitSpec} from "./spec.js";

/** The strategies for which a version names the columns, simplest first. */
export function possibleStrategies(version: VersionManifest): SplitSpec["strategy"][] {
  const {label, group, time, text} = version;
  return [
    "random",
    ...(label ? (["stratified"] as const) : []),
    ...(group ? (["group"] as const) : []),
    ...(group && label ? (["stratified-group"] as const) : []),
    ...(text ? (["cluster"] as const) : []),
    ...(time ? (["temporal"] as const) : [])
  ];
}
