import {loaderParameter, print, rowArchive} from "assay/site";

await print((store) => rowArchive(store, loaderParameter("run")));
