import { expect, it } from "vitest";
import { linkError } from "./link-errors";

it("says why a provider's account was not added, whatever the address bar holds", () => {
  expect(linkError(undefined)).toBeNull();
  expect(linkError("IdentityTaken")?.title).toContain("belongs to somebody");
  for (const strange of ["OAuthCallback", "__proto__", "constructor", "<script>"]) expect(linkError(strange)?.title).toBe("It wasn’t added");
});
