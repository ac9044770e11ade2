import { expect, it } from "vitest";
import { parseTheme, themeClass } from "./theme";

it("takes a theme from the cookie only if it is one, and leaves the rest to the system", () => {
  expect(parseTheme("dark")).toBe("dark");
  expect(parseTheme("light")).toBe("light");
  expect(parseTheme('"><script>')).toBe("system");
  expect(parseTheme(undefined)).toBe("system");
  expect(themeClass("system")).toBe("");
  expect(themeClass("dark")).toBe("dark");
});
