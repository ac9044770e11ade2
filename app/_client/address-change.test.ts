import { describe, expect, it } from "vitest";
import type { AddressChangeView } from "@/lib/usecases/views";
import { addressChange, type AddressChange, type AddressChangeEvent } from "./address-change";
import { ApiError } from "./api-error";

const NOW = 1_000_000;
const change = { stepUp: { challengeId: "s" }, newAddress: { challengeId: "n", resendAfterSeconds: 30 } } as AddressChangeView;
const run = (...events: AddressChangeEvent[]): AddressChange => events.reduce<AddressChange>(addressChange, { step: "closed" });
const begun: AddressChangeEvent[] = [{ type: "opened" }, { type: "email_typed", email: "new@example.com" }, { type: "begin_requested" }, { type: "begun", change, now: NOW }];
const wrong = (triesLeft: number) => new ApiError("step_up_wrong_code", `${triesLeft} tries left.`, { field: "secondCode", triesLeft }, 403);

describe("changing the address", () => {
  it("says beside the field what is wrong with the new one", () => {
    expect(run({ type: "opened" }, { type: "begin_requested" }, { type: "begin_refused", error: new ApiError("bad_request", "That is your address already.") })).toMatchObject({ step: "address", pending: false, error: "That is your address already." });
  });

  it("asks again for the code at the new address when that one was wrong, and keeps the approval", () => {
    expect(run(...begun, { type: "code_typed", code: "123456" }, { type: "approval_requested" }, { type: "confirm_refused", error: wrong(4) })).toMatchObject({ step: "code", code: "", pending: false, error: "4 tries left.", change });
  });

  it("starts over, with the address, when the last try was wrong or the address is taken", () => {
    expect(run(...begun, { type: "confirm_refused", error: wrong(0) })).toMatchObject({ step: "address", email: "new@example.com", error: "0 tries left." });
    expect(run(...begun, { type: "confirm_refused", error: new ApiError("address_taken", "Taken.") })).toMatchObject({ step: "address", error: "Taken." });
  });

  it("keeps the code when the approval is given up", () => {
    expect(run(...begun, { type: "code_typed", code: "123456" }, { type: "approval_requested" }, { type: "approval_given_up" })).toMatchObject({ step: "code", code: "123456", pending: false });
  });

  it("waits before the code can be mailed again", () => {
    expect(run(...begun)).toMatchObject({ resendAt: NOW + 30_000 });
    expect(run(...begun, { type: "resend_requested" }, { type: "resent", resendAfterSeconds: 30, now: NOW + 40_000 })).toMatchObject({ resendAt: NOW + 70_000, resent: true });
  });
});
