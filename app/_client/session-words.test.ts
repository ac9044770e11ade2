import { expect, it } from "vitest";
import { howSignedIn } from "./session-words";

it("says of a session how it began, and who saw the second factor", () => {
  expect(howSignedIn({ method: "provider", providerName: "Google", twoFactor: "provider" })).toBe("Signed in with two factors at your provider (Google)");
  expect(howSignedIn({ method: "provider", providerName: "Google", twoFactor: null })).toBe("Signed in with Google");
  expect(howSignedIn({ method: "provider", providerName: null, twoFactor: "portal" })).toBe("Signed in with a provider that is no longer offered and a second factor");
  expect(howSignedIn({ method: "password", providerName: null, twoFactor: "portal" })).toBe("Signed in with a password and a second factor");
  expect(howSignedIn({ method: "passkey", providerName: null, twoFactor: "portal" })).toBe("Signed in with a passkey");
});
