import { describe, expect, it } from "vitest";
import type { AddedFactorView, NewTotpView } from "@/lib/usecases/views";
import { addFactor, type AddFactor, type AddFactorEvent, startAdding, suggestName } from "./add-factor";
import { ApiError } from "./api-error";

const device: NewTotpView = { deviceId: "d", secret: "ABC", uri: "otpauth://totp/x", digits: 6, periodSeconds: 30 };
const added: AddedFactorView = { id: "d", recoveryCodes: ["AAAA-BBBB-CCCC"], suggestBackup: true, hint: null };
const run = (...events: AddFactorEvent[]): AddFactor => events.reduce(addFactor, startAdding("totp", "Phone") as AddFactor);
const begun: AddFactorEvent = { type: "totp_begun", device };

describe("adding a second factor", () => {
  it("puts a refused name beside its field, and anything else above", () => {
    expect(run({ type: "begin_requested" }, { type: "begin_refused", error: new ApiError("factor_name_invalid", "Too long.") })).toMatchObject({ pending: false, error: "Too long.", problem: null });
    expect(run({ type: "begin_requested" }, { type: "begin_refused", error: new ApiError("bad_request", "You have 20.") })).toMatchObject({ error: null, problem: "You have 20." });
  });

  it("stays at the name when the approval was given up", () => {
    expect(run({ type: "begin_requested" }, { type: "begin_given_up" })).toMatchObject({ step: "name", name: "Phone", pending: false });
  });

  it("keeps the QR code and clears the field after a wrong code", () => {
    const state = run(begun, { type: "code_typed", code: "123456" }, { type: "finish_requested" }, { type: "finish_refused", error: new ApiError("totp_wrong_code", "Your phone's clock is about 40 s behind.") });
    expect(state).toMatchObject({ step: "scan", device, code: "", pending: false, error: "Your phone's clock is about 40 s behind." });
  });

  it("starts again, with the name, when its approval has run out", () => {
    expect(run(begun, { type: "finish_refused", error: new ApiError("step_up_mismatch", "Too long ago.") })).toMatchObject({ step: "name", name: "Phone", problem: "Too long ago." });
  });

  it("shows the recovery codes until they are saved, and forgets them then", () => {
    const shown = run(begun, { type: "added", added });
    expect(shown).toMatchObject({ step: "codes", codes: ["AAAA-BBBB-CCCC"] });
    expect(addFactor(shown, { type: "codes_saved" })).toMatchObject({ step: "done", name: "Phone" });
    expect(addFactor(shown, { type: "codes_saved" })).not.toHaveProperty("codes");
  });

  it("is done at once for who has recovery codes", () => {
    expect(run(begun, { type: "added", added: { ...added, recoveryCodes: null } })).toMatchObject({ step: "done" });
  });

  it("lets a passkey that wasn't made be tried again with the same options", () => {
    const options = { challenge: "c" } as Extract<AddFactorEvent, { type: "passkey_begun" }>["options"];
    const state = [{ type: "passkey_begun", options }, { type: "finish_requested" }, { type: "passkey_failed", message: "Closed." }] satisfies AddFactorEvent[];
    expect(state.reduce<AddFactor>(addFactor, startAdding("passkey", "Mac"))).toMatchObject({ step: "make", options, pending: false, error: "Closed." });
  });
});

describe("the suggested name", () => {
  it("is one that isn't taken", () => {
    expect(suggestName("totp", [], "")).toBe("Phone");
    expect(suggestName("totp", ["phone", "Phone 2"], "")).toBe("Phone 3");
    expect(suggestName("passkey", [], "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)")).toBe("Mac");
  });
});
