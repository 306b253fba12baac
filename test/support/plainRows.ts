import {defineDataset, pull} from "../../src/data/datasets/index.js";
import {ensureSplit} from "../../src/data/splits/index.js";
import {openStore} from "../../src/base/store/index.js";
import {temporaryWorkspace} from "./temporaryWorkspace.js";

/** A store with a dataset of rows "0", "1", … that all have the label "x", and all of them in the test part of a split. */
export async function plainRows(count: number) {
  const workspace = await temporaryWorkspace();
  const rows = Array.from({length: count}, (_, i) => ({
    id: String(i),
    text: `row ${i}`,
    label: "x",
    part: "test"
  }));
  const {version} = await pull(
    workspace,
    defineDataset({name: "q", id: "id", text: "text", source: {kind: "rows", rows: () => rows}})
  );
  const store = await openStore(workspace);
  const spec = {strategy: "given", column: "part"} as const;
  return {rows, store, version, spec, split: await ensureSplit(store, version, spec)};
}
