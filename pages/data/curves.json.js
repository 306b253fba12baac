import {learningCurves, print} from "assay/site";

await print(learningCurves);
