import {lineage, print} from "../site/index.js";

await print(lineage);
