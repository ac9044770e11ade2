import { describe, expect, it } from "vitest";
import type { ClientChallengeView, IssuedClientView } from "@/lib/usecases/views";
import { adviceFor } from "./advice";
import { ApiError } from "./api-error";
import { isAboutInput, issueFlow, type IssueEvent, type IssueFlow, startOfFlow } from "./issue-flow";

const challenge = { challengeId: "c1", sealTo: "box" } as ClientChallengeView;
const issued = { client: { id: "x" } } as IssuedClientView;
const challenged: IssueEvent = { type: "challenged", challenge, nickname: "Sam's laptop", ownKey: "", end: { kind: "days", days: 7 }, expiresAt: "2026-11-29T12:00:00.000Z" };

const run = (...events: IssueEvent[]): IssueFlow => events.reduce<IssueFlow>(issueFlow, startOfFlow);

describe("naming a client", () => {
  it("puts what the portal refuses beside the field it is about", () => {
    const error = new ApiError("nickname_invalid", "Too long.");
    expect(run({ type: "challenge_requested" }, { type: "challenge_refused", error })).toMatchObject({ pending: false, nicknameError: "Too long." });
  });

  it("takes an error away as soon as its field changes", () => {
    const state = run({ type: "input_refused", nicknameError: "Empty.", ownKeyError: null, endError: null }, { type: "nickname_typed", nickname: "S" });
    expect(state).toMatchObject({ nickname: "S", nicknameError: null });
  });

  it("says what stands in the way when no client can be added", () => {
    const error = new ApiError("subnet_full", "This subnet is full (253 of 253 in use).");
    expect(run({ type: "challenge_refused", error })).toMatchObject({ step: "name", problem: { code: "subnet_full" } });
  });
});

describe("approving a client", () => {
  it("goes back to the name with what was typed", () => {
    expect(run(challenged, { type: "went_back" })).toMatchObject({ step: "name", nickname: "Sam's laptop", end: { kind: "days", days: 7 } });
  });

  it("is bound to the end that was shown, and goes back to it when it is refused", () => {
    expect(run(challenged)).toMatchObject({ step: "approve", expiresAt: "2026-11-29T12:00:00.000Z" });
    const error = new ApiError("expiry_invalid", "A client gets at most 3 days at a time here.");
    expect(run(challenged, { type: "input_refused_late", error })).toMatchObject({ step: "name", end: { kind: "days", days: 7 }, endError: error.message });
    expect(run({ type: "challenge_refused", error }, { type: "end_chosen", end: { kind: "none" } })).toMatchObject({ end: { kind: "none" }, endError: null });
  });

  it("returns to the key when the person's own key is refused", () => {
    const error = new ApiError("public_key_in_use", "Taken.");
    expect(isAboutInput(error)).toBe(true);
    expect(run({ ...challenged, ownKey: "KEY" } as IssueEvent, { type: "input_refused_late", error })).toMatchObject({ step: "name", usesOwnKey: true, ownKey: "KEY", ownKeyError: "Taken." });
  });

  it("takes a new challenge in place of one that is of no more use", () => {
    const fresh: IssueEvent = { ...challenged, type: "challenged", challenge: { ...challenge, challengeId: "c2" }, nickname: "Sam's laptop", ownKey: "", end: { kind: "days", days: 7 }, expiresAt: "2026-11-29T12:00:00.000Z" };
    expect(run(challenged, { type: "challenge_requested" })).toMatchObject({ step: "approve", pending: true });
    expect(run(challenged, { type: "challenge_requested" }, fresh)).toMatchObject({ step: "approve", challengeId: "c2", pending: false });
  });
});

describe("an issued client", () => {
  it("counts as saved only once it was", () => {
    const state = run(challenged, { type: "issued", issued });
    expect(state).toMatchObject({ step: "connect", saved: false });
    expect(issueFlow(state, { type: "saved" })).toMatchObject({ saved: true });
  });

  it("is not lost to a late event", () => {
    const state = run(challenged, { type: "issued", issued });
    for (const late of [challenged, { type: "challenge_requested" }, { type: "went_back" }] as IssueEvent[]) expect(issueFlow(state, late)).toBe(state);
  });
});

describe("advice", () => {
  it.each(["step_up_expired", "step_up_spent", "step_up_mismatch", "subnet_full", "plan_limit_reached", "network", "not_signed_in"] as const)("says what to do next after %s", (code) => {
    const { title, next } = adviceFor({ code, message: "The portal's words." });
    expect(title).not.toBe("");
    expect(next.length).toBeGreaterThan(10);
  });

  it("names the wait in seconds or minutes", () => {
    expect(adviceFor({ code: "step_up_too_soon", message: "Wait.", retryAfterSeconds: 20 }).next).toBe("Wait. Try again in 20 seconds.");
    expect(adviceFor({ code: "step_up_too_many", message: "Wait.", retryAfterSeconds: 601 }).next).toBe("Wait. Try again in 11 minutes.");
  });

  it("speaks of mail only to who was mailed a code", () => {
    for (const code of ["step_up_expired", "step_up_spent", "step_up_mismatch", "step_up_wrong_code"] as const) {
      expect(adviceFor({ code, message: "m" }, "mail").next).toContain("mailed");
      expect(adviceFor({ code, message: "m" }, "passkey").next).not.toContain("mail");
    }
  });
});
