import {print, sqlEngine} from "../site/index.js";

await print((store) => sqlEngine(store.workspace.project));
