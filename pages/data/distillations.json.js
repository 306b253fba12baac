import {distillations, print} from "assay/site";

await print(distillations);
