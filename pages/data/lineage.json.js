import {lineage, print} from "assay/site";

await print(lineage);
