import {print, races} from "assay/site";

await print(races);
