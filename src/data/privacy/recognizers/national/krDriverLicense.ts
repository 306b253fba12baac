import {nationalId} from "./nationalId.js";

/** Korean driving licences: region, year, serial and check, without a published formula. */
export const krDriverLicense = nationalId({
  type: "KR_DRIVER_LICENSE",
  runs: [2, 12],
  shape: /(?:1[1-9]|2[0-8])-?\d{2}-?\d{6}-?\d{2}/y,
  score: (spelled) => (spelled.includes("-") ? 0.3 : 0.05),
  context: ["driver", "driving", "license", "licence", "운전면허", "면허번호"]
});
