import { describe, expect, it } from "vitest";
import { ApiError, networkError } from "./api-error";
import { finishedCode, type Proof } from "./step-up";
import { proofAdvice } from "./step-up-advice";
import { type Asked, beginProving, isUnderWay, proving, type Proving, type ProvingEvent } from "./step-up-flow";

const NOW = Date.parse("2025-11-22T12:00:00Z");
const asked: Asked = {
  challengeId: "c1",
  expiresAt: "2025-11-22T12:10:00Z",
  triesLeft: 5,
  factors: ["mail"],
  sentTo: "a•••@example.com",
  resendAfterSeconds: 30,
  act: "add the client",
  details: [],
};
const strong: Asked = { ...asked, factors: ["passkey", "totp", "mail", "recovery"], sentTo: null };
const proof: Proof = { challengeId: "c1", factor: "mail", code: "123456" };

const from = (start: Asked, ...events: ProvingEvent[]): Proving => events.reduce(proving, beginProving(start, NOW));
const byMail = (...events: ProvingEvent[]): Proving => from(asked, ...events);
const typed: ProvingEvent = { type: "code_typed", code: "123456" };
const sent: ProvingEvent = { type: "proof_sent", proof };
const refused = (code: ApiError["code"], facts = {}): ProvingEvent => ({ type: "proof_refused", error: new ApiError(code, `message of ${code}`, facts, 400) });

describe("the ways to prove an act", () => {
  it("begin with the strongest, and leave out what this page doesn't know", () => {
    expect(from({ ...strong, factors: ["smoke signal", ...strong.factors] as Asked["factors"] })).toMatchObject({ way: "passkey", ways: ["passkey", "totp", "mail", "recovery"] });
  });

  it("can be changed, which forgets what was typed", () => {
    const state = from(strong, { type: "way_chosen", way: "totp" }, typed, { type: "ways_shown", shown: true }, { type: "way_chosen", way: "recovery" });
    expect(state).toMatchObject({ way: "recovery", code: "", choosing: false });
  });

  it("can't be changed under a request that is under way", () => {
    expect(byMail(typed, sent, { type: "way_chosen", way: "totp" }).way).toBe("mail");
  });

  it("mail a code only when that is chosen, and say where it went", () => {
    const chosen = from(strong, { type: "way_chosen", way: "mail" });
    expect(chosen.sentTo).toBeNull();
    const mailed = from(strong, { type: "way_chosen", way: "mail" }, { type: "mail_requested" }, { type: "mailed", sentTo: "a•••@example.com", expiresAt: asked.expiresAt, resendAfterSeconds: 30, now: NOW });
    expect(mailed).toMatchObject({ sentTo: "a•••@example.com", mailing: false, resent: false, resendAt: NOW + 30_000 });
  });
});

describe("a code", () => {
  it("counts down the tries and clears the field when it was wrong", () => {
    expect(byMail(typed, sent, refused("step_up_wrong_code", { triesLeft: 4 }))).toMatchObject({ phase: "typing", code: "", triesLeft: 4, error: "message of step_up_wrong_code" });
  });

  it("is over once no try is left", () => {
    expect(byMail(typed, sent, refused("step_up_wrong_code", { triesLeft: 0 }))).toMatchObject({ phase: "dead", problem: { code: "step_up_wrong_code" } });
  });

  it.each(["step_up_spent", "step_up_expired", "step_up_mismatch", "step_up_too_many"] as const)("takes no more digits after %s", (code) => {
    expect(byMail(typed, sent, refused(code), { type: "code_typed", code: "999999" })).toMatchObject({ phase: "dead", code: "", problem: { code } });
  });

  it("is kept when there was no answer, so that the very same request can go again", () => {
    const state = byMail(typed, sent, { type: "proof_refused", error: networkError() });
    expect(state).toMatchObject({ phase: "unreachable", proof });
    expect(isUnderWay(state)).toBe(true);
    expect(proving(state, sent)).toMatchObject({ phase: "sending", proof });
  });

  it("that turns out to be spent after a lost answer was probably used for what it was for", () => {
    const state = byMail(typed, sent, { type: "proof_refused", error: networkError() }, sent, refused("step_up_spent"));
    expect(state.problem && proofAdvice(state.problem, state.way, state.maybeDone)).toMatchObject({ again: false, title: "It was probably done already" });
  });

  it("ignores typing while a request is under way", () => {
    expect(byMail(typed, sent, { type: "code_typed", code: "000000" }).code).toBe("123456");
  });

  it("ends by itself when time runs out, but not under a request that was sent in time", () => {
    expect(byMail({ type: "time_ran_out" })).toMatchObject({ phase: "dead", problem: { code: "step_up_expired" } });
    expect(byMail(typed, sent, { type: "time_ran_out" }).phase).toBe("sending");
  });

  it("starts fresh when it was mailed again", () => {
    const state = byMail(typed, { type: "mail_requested" }, { type: "mailed", sentTo: "a•••@example.com", expiresAt: "2025-11-22T12:12:00Z", resendAfterSeconds: 60, now: NOW });
    expect(state).toMatchObject({ resent: true, mailing: false, code: "", resendAt: NOW + 60_000, expiresAt: Date.parse("2025-11-22T12:12:00Z") });
  });

  it("waits as long as the portal says when it was asked for too soon", () => {
    const error = new ApiError("step_up_too_soon", "Wait.", { retryAfterSeconds: 12 }, 429);
    expect(byMail({ type: "mail_requested" }, { type: "mail_refused", error, now: NOW })).toMatchObject({ mailing: false, resendAt: NOW + 12_000 });
  });

  it("is complete at six digits by mail, eight where the code proves an address, six or eight from an app, twelve characters for recovery", () => {
    expect([finishedCode("mail", "12345"), finishedCode("mail", "123456"), finishedCode("mail", "123456", 8), finishedCode("mail", "1234 5678", 8), finishedCode("totp", "1234567"), finishedCode("totp", "1234 5678"), finishedCode("recovery", "7kq2-m4xp-90td")]).toEqual([null, "123456", null, "12345678", null, "12345678", "7kq2m4xp90td"]);
  });
});

describe("a passkey", () => {
  it("that the browser didn't give leaves everything as it was", () => {
    expect(from(strong, { type: "passkey_asked" }, { type: "passkey_failed", message: "The dialog was closed." })).toMatchObject({ phase: "typing", triesLeft: 5, error: "The dialog was closed." });
  });

  it("gives way to another factor while the browser's dialog is open", () => {
    const state = from(strong, { type: "passkey_asked" }, { type: "way_chosen", way: "totp" });
    expect(proving(state, { type: "passkey_failed", message: "Cancelled." })).toMatchObject({ way: "totp", phase: "typing", error: null });
  });
});

describe("what else stands in the way of the act", () => {
  it("is said, and the proof can be given once more", () => {
    expect(byMail(typed, sent, refused("last_factor"))).toMatchObject({ phase: "typing", code: "", proof: null, problem: { code: "last_factor" } });
    expect(proofAdvice({ code: "last_factor", message: "m" }, "mail")).toBeNull();
  });
});
