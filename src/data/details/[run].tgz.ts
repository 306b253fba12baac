import {detailArchive, loaderParameter, print} from "../../site/index.js";

await print((store) => detailArchive(store, loaderParameter("run")));
