import { describe, expect, it } from "vitest";
import type { NextStep } from "@/lib/usecases/sign-in/steps";
import { ApiError } from "./api-error";
import { keptOf, readKept, signInFlow, startOf, type Purpose, type SignInEvent, type SignInFlow } from "./sign-in-flow";

const NOW = 1_800_000_000_000;
const CODE: NextStep = { next: "code", sentTo: "a•••@example.com", codeLength: 6, expiresAt: new Date(NOW + 600_000).toISOString(), resendAfterSeconds: 30 };

const run = (state: SignInFlow, ...events: SignInEvent[]): SignInFlow => events.reduce(signInFlow, state);
const answer = (given: NextStep, passkeys = true): SignInEvent => ({ type: "answered", answer: given, now: NOW, passkeys });
const refusal = (code: ApiError["code"], facts: ApiError["facts"] = {}): SignInEvent => ({ type: "refused", error: new ApiError(code, `About ${code}.`, facts), now: NOW });
const ask: SignInEvent = { type: "asked", what: "step" };
const begun = (purpose: Purpose = "sign_in"): SignInFlow => run(startOf(purpose), { type: "email_typed", email: "ada@example.com" });
const atCode = (purpose: Purpose = "sign_in"): SignInFlow => run(begun(purpose), ask, answer(CODE));
const atFactor = (passkeys = true): SignInFlow => run(begun(), ask, answer({ next: "factor", factors: ["passkey", "totp", "recovery"] }, passkeys));

describe("going through the steps that the portal names", () => {
  it("register: address, code, password, and in", () => {
    const code = atCode("register");
    expect(code.step).toMatchObject({ name: "code", sentTo: "a•••@example.com", codeLength: 6, resendAt: NOW + 30_000, resent: false });
    const password = run(code, { type: "code_typed", code: "123456" }, ask, answer({ next: "password" }));
    expect(password).toMatchObject({ step: { name: "password" }, code: "", email: "ada@example.com" });
    expect(run(password, ask, answer({ ticket: "secret" }))).toMatchObject({ step: { name: "entering" } });
  });

  it("never keeps a ticket", () => {
    expect(JSON.stringify(run(begun(), ask, answer({ ticket: "very-secret" })))).not.toContain("very-secret");
  });

  it("a reset may ask for a factor between the code and the password", () => {
    const factor = run(atCode("reset"), ask, answer({ next: "factor", factors: ["totp", "recovery"] }));
    expect(factor.step).toEqual({ name: "factor", factors: ["totp", "recovery"], chosen: "totp" });
    expect(run(factor, ask, answer({ next: "password" })).step.name).toBe("password");
  });

  it("offers the strongest factor first, and the next one where the browser has no passkeys", () => {
    expect(atFactor().step).toMatchObject({ chosen: "passkey" });
    expect(atFactor(false).step).toMatchObject({ chosen: "totp", factors: ["passkey", "totp", "recovery"] });
  });

  it("another way is a fresh start for what was typed", () => {
    const typed = run(atFactor(), { type: "chose", factor: "totp" }, { type: "code_typed", code: "123" });
    expect(run(typed, { type: "chose", factor: "recovery" })).toMatchObject({ step: { chosen: "recovery" }, code: "", fieldError: null });
  });
});

describe("what is refused", () => {
  it("a wrong password is said at the password, and the address stays", () => {
    expect(run(begun(), ask, refusal("credentials_wrong"))).toMatchObject({ email: "ada@example.com", fieldError: { field: "password" }, pending: null, step: { name: "start" } });
  });

  it("a bad address is said at the address, and only until it is changed", () => {
    const bad = run(begun("register"), ask, refusal("bad_request", { field: "email" }));
    expect(bad.fieldError?.field).toBe("email");
    expect(run(bad, { type: "email_typed", email: "a" }).fieldError).toBeNull();
  });

  it("a wrong code empties the field and keeps the step; the last one starts again, saying why", () => {
    const wrong = run(atCode(), { type: "code_typed", code: "000000" }, ask, refusal("code_wrong", { triesLeft: 3 }));
    expect(wrong).toMatchObject({ step: { name: "code" }, code: "", fieldError: { field: "code" } });
    const last = run(wrong, ask, refusal("code_wrong", { triesLeft: 0 }));
    expect(last).toMatchObject({ step: { name: "start" }, email: "ada@example.com", problem: { code: "code_wrong" } });
  });

  it("an attempt that is over starts again with the address still there", () => {
    for (const state of [atCode(), atCode("register"), atFactor()]) {
      expect(run(state, ask, refusal("attempt_over"))).toMatchObject({ step: { name: "start" }, email: "ada@example.com", problem: { code: "attempt_over" } });
    }
  });

  it("slowed tries say until when, on whatever step, and are free again after an answer", () => {
    const slowed = run(atCode(), ask, refusal("too_many_tries", { retryAfterSeconds: 90 }));
    expect(slowed).toMatchObject({ step: { name: "code" }, waitUntil: NOW + 90_000, problem: { code: "too_many_tries" } });
    expect(run(slowed, { type: "started_again" }).waitUntil).toBe(NOW + 90_000);
    expect(run(slowed, ask, answer({ next: "password" })).waitUntil).toBe(0);
  });

  it("a weak password stays at its step", () => {
    const state = run(atCode("register"), ask, answer({ next: "password" }), ask, refusal("password_weak"));
    expect(state).toMatchObject({ step: { name: "password" }, fieldError: { field: "password" } });
  });

  it("no answer leaves everything as it was, to send again", () => {
    const state = run(atCode(), { type: "code_typed", code: "123456" }, ask, refusal("network"));
    expect(state).toMatchObject({ step: { name: "code" }, code: "123456", problem: { code: "network" }, pending: null });
  });

  it("a passkey that nobody here has is no matter of tries; as a second factor it is", () => {
    const strange = run(begun(), { type: "asked", what: "passkey" }, refusal("code_wrong", { triesLeft: 4 }));
    expect(strange).toMatchObject({ step: { name: "start" }, problem: { code: "passkey" }, fieldError: null });
    expect(run(atFactor(), { type: "asked", what: "passkey" }, refusal("code_wrong", { triesLeft: 4 }))).toMatchObject({ step: { name: "factor" }, problem: { message: "About code_wrong." } });
  });

  it("a dialog that was closed is no failure of the step", () => {
    expect(run(atFactor(), { type: "asked", what: "passkey" }, { type: "no_passkey", message: "Closed." })).toMatchObject({ step: { name: "factor", chosen: "passkey" }, pending: null, problem: { message: "Closed." } });
  });

  it("a dialog that was called off by choosing another way says nothing", () => {
    const waiting = run(atFactor(), { type: "asked", what: "passkey" });
    expect(run(waiting, { type: "chose", factor: "totp" }, { type: "no_passkey", message: "Closed." })).toMatchObject({ step: { chosen: "totp" }, pending: null, problem: null });
    expect(run(waiting, { type: "started_again" }, { type: "no_passkey", message: "Closed." })).toMatchObject({ step: { name: "start" }, problem: null });
  });

  it.each([["TicketInvalid", "ticket_invalid"], ["Deactivated", "account_deactivated"], ["Callback", "internal"], ["constructor", "internal"]])("an entry refused as %s starts again", (reason, code) => {
    expect(run(begun(), ask, answer({ ticket: "t" }), { type: "entry_refused", reason })).toMatchObject({ step: { name: "start" }, problem: { code } });
  });
});

describe("mailing it again", () => {
  const resend: SignInEvent = { type: "asked", what: "resend" };

  it("says that it was, and waits anew", () => {
    expect(run(atCode(), resend, answer(CODE)).step).toMatchObject({ resent: true, resendAt: NOW + 30_000 });
  });

  it("too soon: waits as long as the portal says, without a problem", () => {
    const state = run(atCode(), resend, refusal("too_many_tries", { retryAfterSeconds: 12 }));
    expect(state).toMatchObject({ step: { resendAt: NOW + 12_000 }, problem: null, waitUntil: 0 });
  });

  it("too often: is not offered any more, and the code that was mailed still works", () => {
    const state = run(atCode(), resend, refusal("too_many_tries"));
    expect(state).toMatchObject({ step: { name: "code", canResend: false }, problem: { code: "too_many_tries" }, waitUntil: 0 });
  });
});

describe("time and reloads", () => {
  it("a code that has run out starts again, unless one is on its way", () => {
    expect(run(atCode(), { type: "time_ran_out" })).toMatchObject({ step: { name: "start" }, problem: { code: "attempt_over" } });
    expect(run(atCode(), ask, { type: "time_ran_out" }).step.name).toBe("code");
    expect(run(atFactor(), { type: "time_ran_out" }).step.name).toBe("factor");
  });

  it("a reload goes on where it was, while the portal does", () => {
    const state = run(atCode("register"), { type: "code_typed", code: "1234" });
    const text = JSON.stringify(keptOf(state, NOW));
    expect(text).not.toContain("1234");
    const kept = readKept(text, "register", NOW + 599_000);
    expect(kept).not.toBeNull();
    if (kept) expect(run(startOf("register"), { type: "restored", kept })).toMatchObject({ step: { name: "code" }, email: "ada@example.com", code: "" });
    expect(readKept(text, "register", NOW + 600_000)).toBeNull();
    expect(readKept(text, "sign_in", NOW)).toBeNull();
  });

  it("keeps nothing of a start or an end, and believes nothing that it did not write", () => {
    expect(keptOf(begun(), NOW)).toBeNull();
    expect(keptOf(run(begun(), ask, answer({ ticket: "t" })), NOW)).toBeNull();
    for (const text of [null, "", "{", "null", "1", "[]", '{"purpose":"sign_in"}', '{"purpose":"sign_in","until":1e15,"email":"a","step":{"name":"entering"}}']) expect(readKept(text, "sign_in", NOW)).toBeNull();
  });
});
