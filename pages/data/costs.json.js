import {costs, print} from "assay/site";

await print(costs);
