import {print, sqlEngineArchive} from "../site/index.js";

await print((store) => sqlEngineArchive(store.workspace.project));
