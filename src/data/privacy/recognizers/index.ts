import {moduleVersion} from "../../../base/fingerprint/index.js";
import type {Recognizer} from "../finding.js";
import {apiKey} from "./apiKey.js";
import {assignedSecret} from "./assignedSecret.js";
import {basicAuthorization} from "./basicAuthorization.js";
import {cookie} from "./cookie.js";
import {creditCard} from "./creditCard.js";
import {cryptoAddress} from "./cryptoAddress.js";
import {curlUser} from "./curlUser.js";
import {dateOfBirth} from "./dateOfBirth.js";
import {email} from "./email.js";
import {highEntropy} from "./highEntropy.js";
import {iban} from "./iban.js";
import {ipAddress} from "./ipAddress.js";
import {jsonWebToken} from "./jsonWebToken.js";
import {macAddress} from "./macAddress.js";
import {personCue, placeCue} from "./nameCues.js";
import {personName, placeName} from "./names.js";
import {nationalIds} from "./national/index.js";
import {abaRoutingNumber, usBankNumber} from "./national/unitedStates.js";
import {ukPostcode} from "./national/britishIsles.js";
import {phone} from "./phone.js";
import {phoneLink} from "./phoneLink.js";
import {privateKey} from "./privateKey.js";
import {secretUrl} from "./secretUrl.js";
import {spokenPassword} from "./spokenPassword.js";
import {ukNhs} from "./ukNhs.js";
import {ukNino} from "./ukNino.js";
import {url} from "./url.js";
import {urlWithCredentials} from "./urlWithCredentials.js";
import {usItin} from "./usItin.js";
import {usSsn} from "./usSsn.js";

export {nationalIds};

/** The version of all that decides what a scan finds: ledgers of another are made again. */
export function recognizersVersion(): string {
  return moduleVersion(new URL("../scanCell.js", import.meta.url).href);
}

/** Every recogniser, the surest first: of two equal findings with equal scores the earlier one stays. */
export const allRecognizers: readonly Recognizer[] = [
  creditCard,
  iban,
  email,
  cryptoAddress,
  ipAddress,
  macAddress,
  usSsn,
  usItin,
  ukNino,
  ukNhs,
  ...nationalIds,
  abaRoutingNumber,
  usBankNumber,
  ukPostcode,
  phone,
  phoneLink,
  dateOfBirth,
  url,
  privateKey,
  jsonWebToken,
  apiKey,
  urlWithCredentials,
  secretUrl,
  basicAuthorization,
  cookie,
  curlUser,
  assignedSecret,
  spokenPassword,
  highEntropy,
  personCue,
  placeCue,
  personName,
  placeName
];
