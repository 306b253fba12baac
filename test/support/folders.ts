import {join} from "node:path";
import {versionKey, type Workspace} from "../../src/base/store/index.js";
import {datasetKey} from "../../src/base/store/kinds/dataset.js";
import {modelKey} from "../../src/base/store/kinds/model.js";
import {runKey} from "../../src/base/store/kinds/run.js";
import {splitKey} from "../../src/base/store/kinds/split.js";

/** Where a local store keeps its records: for tests that look at files, or damage them. */
export const datasetDir = ({dir}: Workspace, dataset: string, id?: string) =>
  join(dir, id === undefined ? datasetKey(dataset) : versionKey({dataset, id}));
export const splitDir = ({dir}: Workspace, dataset: string, id: string) => join(dir, splitKey({dataset, id}));
export const runDir = ({dir}: Workspace, id: string) => join(dir, runKey(id));
export const modelDir = ({dir}: Workspace, id: string) => join(dir, modelKey(id));
