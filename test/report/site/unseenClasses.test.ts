import {expect, it} from "vitest";
import {unseenClasses} from "../../../src/report/site/unseenClasses.js";

it("counts the test rows of classes that training has no row of, a class named like a member of every object too", () => {
  const labels = {train: {bug: 10}, test: {bug: 5, constructor: 3, spam: 2}};
  expect(unseenClasses({labels})).toEqual({labels: ["constructor", "spam"], share: 0.5});
  expect(unseenClasses({labels: {train: {bug: 1}, test: {bug: 1}}})).toBeUndefined();
  expect(unseenClasses({})).toBeUndefined();
});
