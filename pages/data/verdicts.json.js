import {print, verdicts} from "assay/site";

await print(verdicts);
