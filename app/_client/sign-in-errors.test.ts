import { expect, it } from "vitest";
import { signInError } from "./sign-in-errors";

it("has words for known codes, plain ones for unknown codes, and none without a code", () => {
  expect(signInError("AccessDenied")?.title).toBe("Sign-in was refused");
  expect(signInError("<script>")?.title).toBe("Sign-in didn't work");
  expect(signInError("constructor")?.title).toBe("Sign-in didn't work");
  expect(signInError(undefined)).toBeNull();
  expect(signInError("")).toBeNull();
});
