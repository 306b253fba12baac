import {history, print} from "assay/site";

await print(history);
