import {nationalId} from "./nationalId.js";

/** Italian driving licences: two letters, seven digits and a letter; since 2013 also U1 and seven letters or digits. */
export const itDriverLicense = nationalId({
  type: "IT_DRIVER_LICENSE",
  letters: [1, 2],
  shape: /(?:[A-Z]{2}\d{7}|U1[A-HJ-NP-Z0-9]{7})[A-Z]/iy,
  score: 0.2,
  context: ["patente", "guida", "licenza", "driver", "driving", "license", "licence"]
});
