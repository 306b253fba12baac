import {print, races} from "../site/index.js";

await print(races);
