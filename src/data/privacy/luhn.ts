import {base36} from "./recognizers/national/checkDigits.js";

/** Whether the check digit at the end fits (Luhn, ISO/IEC 7812-1); letters count from A as 10. False for an empty string. */
export function luhn(digits: string): boolean {
  let sum = 0;
  let double = false;
  for (let index = digits.length - 1; index >= 0; index--) {
    let digit = base36(digits.charAt(index));
    if (double) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
    double = !double;
  }
  return digits.length > 0 && sum % 10 === 0;
}
