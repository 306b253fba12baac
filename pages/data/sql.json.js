import {print, sqlEngine} from "assay/site";

await print((store) => sqlEngine(store.workspace.project));
