import {print, datasets} from "assay/site";

await print(datasets);
