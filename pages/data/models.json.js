import {print, models} from "assay/site";

await print(models);
