import {learningCurves, print} from "../site/index.js";

await print(learningCurves);
