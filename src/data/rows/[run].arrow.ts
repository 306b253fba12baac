import {loaderParameter, print, runRows} from "../../site/index.js";

await print((store) => runRows(store, loaderParameter("run")));
