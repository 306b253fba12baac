import {print, sqlEngineArchive} from "assay/site";

await print((store) => sqlEngineArchive(store.workspace.project));
