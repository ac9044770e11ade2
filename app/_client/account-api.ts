/** The browser's side of the API about one's own account: one function a request. */
import type { PublicKeyCredentialCreationOptionsJSON } from "@simplewebauthn/browser";
import type { StepUpAction } from "@/lib/core/policy";
import type { AccountView, AddedFactorView, AddressChangeView, NewTotpView, RemovedFactorView, SecurityView, StepUpView } from "@/lib/usecases/views";
import { send } from "./api";
import type { Proof } from "./step-up";

const id = encodeURIComponent;
const ACCOUNT = "/api/v1/account";

export interface ProfileChange {
  name: string;
  locale: string;
  timeZone: string;
}

export interface AddressConfirmation {
  email: string;
  newAddress: { challengeId: string; code: string };
}

export const accountApi = {
  /** Asks for a proof of one act on one's own account. */
  askStepUp: (action: StepUpAction, about: { objectId?: string; parameters?: Record<string, string> } = {}) =>
    send<StepUpView>("POST", "/api/v1/step-up", { body: { action, ...about } }),

  security: () => send<SecurityView>("GET", `${ACCOUNT}/security`),

  beginTotp: (name: string, proof: Proof) => send<NewTotpView>("POST", `${ACCOUNT}/totp`, { body: { name, proof } }),
  confirmTotp: (deviceId: string, code: string) => send<AddedFactorView>("POST", `${ACCOUNT}/totp/${id(deviceId)}/confirm`, { body: { code } }),
  beginPasskey: (name: string, proof: Proof) => send<PublicKeyCredentialCreationOptionsJSON>("POST", `${ACCOUNT}/passkeys/options`, { body: { name, proof } }),
  finishPasskey: (name: string, response: unknown) => send<AddedFactorView>("POST", `${ACCOUNT}/passkeys`, { body: { name, response } }),
  renameFactor: (kind: FactorKind, factorId: string, name: string) => send<{ name: string }>("PATCH", `${ACCOUNT}/${PATHS[kind]}/${id(factorId)}`, { body: { name } }),
  removeFactor: (kind: FactorKind, factorId: string, proof: Proof) => send<RemovedFactorView>("DELETE", `${ACCOUNT}/${PATHS[kind]}/${id(factorId)}`, { body: { proof } }),
  newRecoveryCodes: (proof: Proof) => send<{ codes: string[] }>("POST", `${ACCOUNT}/recovery-codes`, { body: { proof } }),
  elevateSession: (proof: Proof) => send<void>("POST", `${ACCOUNT}/two-factor`, { body: { proof } }),

  /** The browser then goes on to the provider. */
  linkIdentity: (provider: string, proof: Proof) => send<{ provider: string }>("POST", `${ACCOUNT}/identities/link`, { body: { provider, proof } }),
  unlinkIdentity: (identityId: string, proof: Proof) => send<void>("DELETE", `${ACCOUNT}/identities/${id(identityId)}`, { body: { proof } }),
  setPassword: (password: string, proof: Proof) => send<void>("PUT", `${ACCOUNT}/password`, { body: { password, proof } }),

  endSession: (sessionId: string) => send<void>("DELETE", `${ACCOUNT}/sessions/${id(sessionId)}`, { body: {} }),
  endOtherSessions: () => send<{ ended: number }>("POST", `${ACCOUNT}/sessions/end-others`, { body: {} }),

  account: () => send<AccountView>("GET", ACCOUNT),
  updateProfile: (change: ProfileChange) => send<AccountView>("PATCH", ACCOUNT, { body: change }),
  beginAddressChange: (email: string) => send<AddressChangeView>("POST", `${ACCOUNT}/address`, { body: { email } }),
  confirmAddressChange: (confirmation: AddressConfirmation, proof: Proof) => send<{ email: string }>("POST", `${ACCOUNT}/address/confirm`, { body: { ...confirmation, proof } }),
  deleteAccount: (proof: Proof) => send<void>("DELETE", ACCOUNT, { body: { proof } }),
};

export type FactorKind = "totp" | "passkey";
const PATHS: Record<FactorKind, string> = { totp: "totp", passkey: "passkeys" };
