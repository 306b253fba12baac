import {print, splits} from "assay/site";

await print(splits);
