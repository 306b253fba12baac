import type * as YamlLibrary from "yaml";
import {onFirstUse} from "../../../base/system/index.js";

const yaml = onFirstUse<typeof YamlLibrary>("yaml");

/** Settings as YAML that Python's readers, which follow version 1.1, read the same: a bare `no` would be false to them. */
export const yamlText = (settings: object): string => yaml().stringify(settings, {compat: "yaml-1.1"});
