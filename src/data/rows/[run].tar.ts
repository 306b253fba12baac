import {loaderParameter, print, rowArchive} from "../../site/index.js";

await print((store) => rowArchive(store, loaderParameter("run")));
