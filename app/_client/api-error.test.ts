import { describe, expect, it } from "vitest";
import { ApiError, networkError, parseErrorBody, toApiError } from "./api-error";

describe("errors of the portal's API", () => {
  it("keep the portal's code, words and facts", () => {
    const error = parseErrorBody(403, { error: { code: "step_up_wrong_code", message: "That code isn't right.", facts: { triesLeft: 4 } } });
    expect(error).toMatchObject({ code: "step_up_wrong_code", message: "That code isn't right.", facts: { triesLeft: 4 }, status: 403 });
    expect(error.undecided).toBe(false);
  });

  it("take only facts of the right type", () => {
    const { facts } = parseErrorBody(400, { error: { code: "bad_request", message: "No.", facts: { triesLeft: "4", field: 7, retryAfterSeconds: null } } });
    expect(facts).toEqual({});
  });

  it("read the wait from Retry-After when the body doesn't say", () => {
    expect(parseErrorBody(503, null, "30").facts.retryAfterSeconds).toBe(30);
    expect(parseErrorBody(503, null, "Wed, 21 Oct 2015 07:28:00 GMT").facts.retryAfterSeconds).toBeUndefined();
  });

  it.each([[null], ["<html>"], [[]], [{ error: "x" }], [{ error: { code: 1, message: "x" } }]])("give words for a body of another shape: %j", (body) => {
    const error = parseErrorBody(502, body);
    expect(error.code).toBe("unreadable");
    expect(error.message).toContain("try again");
  });

  it("tell an undecided request, which may be repeated, from a refused one", () => {
    expect(networkError().undecided).toBe(true);
    expect(parseErrorBody(502, "<html>").undecided).toBe(true);
    expect(parseErrorBody(503, { error: { code: "unavailable", message: "Later." } }).undecided).toBe(true);
    expect(parseErrorBody(404, "<html>").undecided).toBe(false);
    expect(parseErrorBody(409, { error: { code: "subnet_full", message: "Full." } }).undecided).toBe(false);
  });

  it("pass through unchanged, and anything else is named without its text", () => {
    const error = new ApiError("not_found", "Nothing here.");
    expect(toApiError(error)).toBe(error);
    expect(toApiError(new Error("secret inside")).message).not.toContain("secret");
  });
});
