import { expect, it } from "vitest";
import { languageChoices, timeZoneChoices } from "./profile-choices";

it("offers what a person has already, whatever it is", () => {
  expect(languageChoices("gsw-CH")[0]).toEqual({ value: "gsw-CH", label: "gsw-CH" });
  expect(languageChoices("de").filter(({ value }) => value === "de")).toHaveLength(1);
  expect(timeZoneChoices("Etc/Odd", ["Europe/Berlin", "America/New_York"])).toEqual([
    { value: "UTC", label: "UTC" },
    { value: "America/New_York", label: "America / New York" },
    { value: "Etc/Odd", label: "Etc / Odd" },
    { value: "Europe/Berlin", label: "Europe / Berlin" },
  ]);
});
