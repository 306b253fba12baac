import {print, runs} from "assay/site";

await print(runs);
